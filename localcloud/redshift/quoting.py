"""Texts and names as they are written in SQL."""

from __future__ import annotations


def literal(text: str) -> str:
    """A text in quotes; backslashes count in Redshift's texts, so each is doubled."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def name(text: str) -> str:
    """A name in double quotes."""
    return '"' + text.replace('"', '""') + '"'
