"""`dagspec run`: a real run on this machine."""

from __future__ import annotations

import argparse
from typing import Any

from dagspec.cli.common import add_command


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(commands, "run", "Run.", "", run)
    command.add_argument("spec")


def run(options: argparse.Namespace) -> int:
    """Run."""
    return 2
