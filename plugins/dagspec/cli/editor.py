"""`dagspec editor`: the settings of VS Code."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from dagspec.cli.common import UsageError, add_command, find_root

EXAMPLE = """\
  dagspec editor                 for this repository
  dagspec editor ../pipelines    for another"""


def add(commands: Any) -> None:
    """Add the command."""
    help_ = "Let VS Code check and complete specs: writes .vscode/settings.json."
    command = add_command(commands, "editor", help_, EXAMPLE, run)
    command.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="FOLDER", help="a repository")


def run(options: argparse.Namespace) -> int:
    """Write the settings, or merge ours into those that are there."""
    from dagspec.vscode import SCHEMA, SettingsError, merged_settings

    root = find_root(options.folder)
    path = root / ".vscode" / "settings.json"
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = merged_settings(before)
        if after != before:
            _write(path, after)
    except SettingsError as error:
        raise UsageError(f"{path}: {error}; add by hand: {_by_hand()}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8") from None
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    print(f"{'Wrote' if after != before else 'Nothing to change in'} {path}")
    if not (root / SCHEMA).is_file():
        print(f"There is no {SCHEMA} yet: run `dagspec schema schemas`.")
    return 0


def _write(path: Path, text: str) -> None:
    from dagspec.fixes import write_atomically

    path.parent.mkdir(exist_ok=True)
    if path.exists():
        write_atomically(path, text)
    else:
        path.write_text(text, encoding="utf-8")


def _by_hand() -> str:
    from dagspec.vscode import SCHEMA, SCHEMAS, SPEC_FILES

    return f'"{SCHEMAS}": {json.dumps({SCHEMA: SPEC_FILES})}'
