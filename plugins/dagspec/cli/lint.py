"""`dagspec lint`: check specs."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagspec.cli.common import SPECS, UsageError, add_command

if TYPE_CHECKING:
    from dagspec.selection import Choice

EXAMPLE = """\
  dagspec lint                            all specs of dag_specs/, for every environment
  dagspec lint dag_specs/itunes_split.yaml
  dagspec lint --select secrets,lifecycle --strict
  dagspec lint --diff                     what --fix would change
  dagspec lint - --stdin-name dag_specs/itunes_split.yaml < draft.yaml"""

FORMATS = ("auto", "text", "concise", "json", "sarif", "github")
# objects until Python looks for garbage: a lint makes many and drops them soon, looking costs more than it frees
GARBAGE = 100_000
COUNTABLE = ("auto", "text", "concise")


def add(commands: Any) -> None:
    """Add the command."""
    help_ = "Check specs: keys, types, references, the graph, secrets, what is left running."
    command = add_command(commands, "lint", help_, EXAMPLE, run)
    paths = f"specs or folders, or - for standard input (default: {SPECS}/)"
    command.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=paths)
    command.add_argument("--stdin-name", metavar="NAME", help="what file standard input is meant to be")
    command.add_argument("--env", metavar="NAME", help="check for this environment only (default: all)")
    _add_choice(command)
    _add_output(command)
    _add_fixes(command)
    command.add_argument("--watch", action="store_true", help="check again whenever a spec changes, until Ctrl-C")


def _add_choice(command: argparse.ArgumentParser) -> None:
    for option, help_ in {"--select": "tell these rules only (`dagspec rules`)", "--ignore": "leave these out"}.items():
        command.add_argument(option, action="extend", type=_names, default=[], metavar="RULE|TAG[,…]", help=help_)
    command.add_argument("--pedantic", action="store_true", help="also tell what is a matter of care (severity info)")
    command.add_argument("--strict", action="store_true", help="warnings fail, and an ignore needs a reason")
    command.add_argument("--no-cache", action="store_true", help="check every spec again, also unchanged ones")
    command.add_argument("--no-ignores", action="store_true", help="do not heed `# dagspec: ignore[…]` comments")


def _add_output(command: argparse.ArgumentParser) -> None:
    help_ = "auto: github in a GitHub workflow, else text"
    command.add_argument(
        "--format", choices=FORMATS, default="auto", metavar="FORMAT", help=f"{', '.join(FORMATS)} ({help_})"
    )
    command.add_argument("--statistics", action="store_true", help="how often each rule fired instead of each finding")


def _add_fixes(command: argparse.ArgumentParser) -> None:
    ways = command.add_mutually_exclusive_group()
    ways.add_argument("--fix", action="store_true", help="mend what can be mended safely, then tell the rest")
    ways.add_argument("--diff", action="store_true", help="print what --fix would change; change nothing")
    command.add_argument(
        "--unsafe", action="store_true", help="with --fix or --diff: also mend by a guess at what was meant"
    )


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("names at least one rule or tag")
    return names


def run(options: argparse.Namespace) -> int:
    """Print all problems; 1 when there are errors, or any with --strict."""
    gc.set_threshold(GARBAGE)
    from dagspec.cli.lint_session import Session

    _refuse_nonsense(options)
    session = Session(options, _choice(options))
    code = session.watch() if options.watch else session.once()
    gc.freeze()  # else Python looks at every object once more before it ends
    return code


def _choice(options: argparse.Namespace) -> Choice:
    from dagspec.selection import SelectionError, choose

    try:
        return choose(options.select, options.ignore)
    except SelectionError as error:
        raise UsageError(str(error)) from None


def _refuse_nonsense(options: argparse.Namespace) -> None:
    stdin = Path("-") in options.paths
    wrong = {
        "--unsafe goes with --fix or --diff": options.unsafe and not (options.fix or options.diff),
        "standard input cannot be linted together with files": stdin and len(options.paths) > 1,
        "--stdin-name goes with - (standard input)": options.stdin_name is not None and not stdin,
        "standard input cannot be mended in place: use --diff": stdin and options.fix,
        "standard input cannot be watched": stdin and options.watch,
        "--watch does not go with --fix or --diff": options.watch and (options.fix or options.diff),
        "--statistics goes with --format text": options.statistics and options.format not in COUNTABLE,
    }
    for message, applies in wrong.items():
        if applies:
            raise UsageError(message)
