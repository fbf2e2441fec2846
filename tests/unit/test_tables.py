"""The table that lint reads says what the YAML files say."""

from __future__ import annotations

from dagspec.tables import JOINED, joined


def test_the_joined_table_is_current() -> None:
    assert JOINED.read_text(encoding="utf-8") == joined(), "run `make tables`"
