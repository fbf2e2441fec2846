"""`dagspec schema`: the JSON Schemas for editors."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dagspec.cli.common import UsageError, add_command

EXAMPLE = """\
  dagspec schema schemas/"""


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(commands, "schema", "Write the JSON Schemas that editors use.", EXAMPLE, run)
    command.add_argument("folder", type=Path, metavar="FOLDER", help="where to write them")


def run(options: argparse.Namespace) -> int:
    """Write the schemas."""
    from dagspec.schemas import write_schemas

    try:
        written = write_schemas(options.folder)
    except OSError as error:
        raise UsageError(f"cannot write to {options.folder}: {error.strerror}") from None
    print(f"Wrote {len(written)} schemas to {options.folder}")
    return 0
