"""`python -m dagspec.native_scan`: write `data/native_operators.json` from this environment's provider packages."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from dagspec.native_catalog import DATA
from dagspec.native_scan.table import table


def main() -> None:
    """Write the table and say how many operators it has."""
    text = table(Path(sysconfig.get_paths()["purelib"]))
    DATA.write_text(text, encoding="utf-8")
    print(f"{DATA.name}: {text.count('parameters')} operators, {len(text) // 1024} KB")


if __name__ == "__main__":
    main()
