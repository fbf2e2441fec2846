"""The `dagspec` command. Commands import what they need when they run: `--help` starts in a moment."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from importlib import import_module

from dagspec import __version__
from dagspec.cli.common import Formatter, UsageError

# each is a module of this package
COMMANDS = (
    *("lint", "fmt", "rules", "explain", "render", "graph", "run", "deploy", "operators", "schema", "editor", "lsp"),
)
CANNOT = 2


def parser(names: Iterable[str] = COMMANDS) -> argparse.ArgumentParser:
    """The parser of the command line, with these subcommands."""
    main_parser = argparse.ArgumentParser(
        prog="dagspec",
        description="Data pipelines for Apache Airflow: one YAML file per pipeline, checked like a compiler.",
        epilog="Exit codes: 0 all is well, 1 problems or a failed run, 2 wrong usage.",
        formatter_class=Formatter,
    )
    main_parser.add_argument("--version", action="version", version=f"dagspec {__version__}")
    commands = main_parser.add_subparsers(prog="dagspec", metavar="COMMAND", required=True)
    for name in names:
        import_module(f"dagspec.cli.{name}").add(commands)
    return main_parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    named = [name for name in arguments[:1] if name in COMMANDS]
    options = parser(named or COMMANDS).parse_args(arguments)
    try:
        return int(options.command(options))
    except UsageError as error:
        print(f"dagspec: {error}", file=sys.stderr)
        return CANNOT
    except KeyboardInterrupt:
        print("dagspec: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader (head, less) has seen enough
        return 0
