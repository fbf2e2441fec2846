"""`dagspec fmt`: one look for all specs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagspec.cli.common import SPECS, UsageError, add_command, find_root, refuse_missing

if TYPE_CHECKING:
    from dagspec.fmt.files import Outcome

STDIN = Path("-")
STDIN_NAME = "<stdin>"
EXAMPLE = """\
  dagspec fmt                             all files of dag_specs/
  dagspec fmt dag_specs/itunes_split.yaml
  dagspec fmt --check                     what would change; fails when something would
  dagspec fmt - < draft.yaml              standard input to standard output"""


def add(commands: Any) -> None:
    """Add the command."""
    help_ = "Format specs: order of keys, indentation, quotes of templates. Comments and anchors stay."
    command = add_command(commands, "fmt", help_, EXAMPLE, run)
    paths = f"files or folders, or - for standard input (default: {SPECS}/)"
    command.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=paths)
    command.add_argument("--check", action="store_true", help="name the files that would change; change nothing")
    command.add_argument("--diff", action="store_true", help="print what would change; change nothing")


def run(options: argparse.Namespace) -> int:
    """Format; 1 when a file is broken, or when --check or --diff find something to change."""
    if STDIN in options.paths:
        return _run_stdin(options)
    outcomes = [_format(path, options) for path in _files(options.paths)]
    print(_summary(outcomes, options), file=sys.stderr if options.diff else sys.stdout)
    return _code(outcomes, options)


def _run_stdin(options: argparse.Namespace) -> int:
    from dagspec.fmt.files import format_bytes

    if len(options.paths) > 1:
        raise UsageError("standard input cannot be formatted together with files")
    outcome = format_bytes(sys.stdin.buffer.read(), STDIN_NAME)
    if outcome.problems or options.check or options.diff:
        _tell(outcome, options)
    else:
        sys.stdout.buffer.write(outcome.after.encode())
    return _code([outcome], options)


def _files(paths: list[Path]) -> list[Path]:
    from dagspec.fmt.files import yaml_files

    refuse_missing(paths)
    wanted = paths or [find_root(Path.cwd()) / SPECS]
    files = {path: list(yaml_files(path)) for path in wanted}
    lacking = [str(path) for path, found in files.items() if not found]
    if lacking:
        raise UsageError(f"no YAML files under {', '.join(lacking)} (looked for *.yaml, *.yml)")
    return list(dict.fromkeys(file for found in files.values() for file in found))


def _format(path: Path, options: argparse.Namespace) -> Outcome:
    from dagspec.fixes import write_atomically
    from dagspec.fmt.files import format_file
    from dagspec.specs import shown_name

    outcome = format_file(path, shown_name(path.absolute(), Path.cwd()))
    if outcome.is_changed and not (options.check or options.diff):
        try:
            write_atomically(path, outcome.after)
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from None
    _tell(outcome, options)
    return outcome


def _tell(outcome: Outcome, options: argparse.Namespace) -> None:
    from dagspec.text import report

    if outcome.problems:
        print(report(outcome.problems), end="\n\n", file=sys.stderr)
    elif outcome.is_changed and options.diff:
        print(outcome.diff(), end="")
    elif outcome.is_changed:
        print(f"{'would format' if options.check else 'formatted'}  {outcome.name}")


def _summary(outcomes: list[Outcome], options: argparse.Namespace) -> str:
    changed = sum(outcome.is_changed for outcome in outcomes)
    broken = sum(bool(outcome.problems) for outcome in outcomes)
    verb = "to format" if options.check or options.diff else "formatted"
    text = f"{changed} {verb}, {len(outcomes) - changed - broken} in order already"
    return f"{text}, {broken} broken." if broken else f"{text}."


def _code(outcomes: list[Outcome], options: argparse.Namespace) -> int:
    fails_on_change = options.check or options.diff
    return int(any(outcome.problems or (fails_on_change and outcome.is_changed) for outcome in outcomes))
