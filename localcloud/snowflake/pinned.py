"""The packages whose inner names are used here, checked at the start."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from localcloud.layout import SetupError

PINS = {"fakesnow": "0.12.1", "duckdb": "2.0.0", "sqlglot": "30.22.0", "snowflake-connector-python": "4.8.1"}


def check() -> None:
    """SetupError for a package that is missing, or has another version than the one that this was written for."""
    for name, wanted in PINS.items():
        found = _version(name)
        if found != wanted:
            raise SetupError(
                f"{name} {wanted} is needed, {found or 'none'} is installed: use the Python of .venv-snowflake"
            )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
