"""The table of what works, for the documentation: `python -m localcloud.redshift.support` prints it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("support.yaml")
_LONGEST = 110


def rows() -> list[dict[str, str]]:
    """All rows: area, statement, result (works, ignored, refused), note, and whether it needs a transaction."""
    areas: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text())
    return [{"area": area["area"], "note": "", "within": "", **row} for area in areas for row in area["rows"]]


def markdown() -> str:
    """The table in Markdown, one section an area."""
    lines: list[str] = []
    area = ""
    for row in rows():
        if row["area"] != area:
            area = row["area"]
            lines += ["", f"### {area[0].upper()}{area[1:]}", "", "| statement | | note |", "| --- | --- | --- |"]
        lines.append(f"| {_code(row['statement'])} | {row['result']} | {row['note']} |")
    return "\n".join([*lines, ""]).lstrip("\n")


def _code(statement: str) -> str:
    shown = statement if len(statement) <= _LONGEST else f"{statement[:_LONGEST]} …"
    return "`" + shown.replace("|", "\\|") + "`"


if __name__ == "__main__":
    sys.stdout.write(markdown())
