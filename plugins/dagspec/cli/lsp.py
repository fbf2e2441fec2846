"""`dagspec lsp`: the language server."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from typing import Any

from dagspec.cli.common import UsageError, add_command

EXAMPLE = """\
  dagspec lsp                             an editor starts it; docs/editor.md says how"""


def add(commands: Any) -> None:
    """Add the command."""
    help_ = (
        "Language server for editors: findings while you type, completion, hover, definitions, formatting, quick fixes."
    )
    command = add_command(commands, "lsp", help_, EXAMPLE, run)
    command.add_argument("--stdio", action="store_true", help="accepted for editors that always pass it")
    command.add_argument("--pedantic", action="store_true", help="also tell what is a matter of care (severity info)")


def run(options: argparse.Namespace) -> int:
    """Serve one editor over standard input and output."""
    if find_spec("pygls") is None:
        raise UsageError("the language server needs pygls: pip install 'dagspec[lsp]'")
    if sys.stdin.isatty():
        raise UsageError("an editor starts the language server and talks to it over pipes; see docs/editor.md")
    from dagspec.lint_result import Options
    from dagspec.lsp.server import serve

    serve(Options(pedantic=options.pedantic))
    return 0
