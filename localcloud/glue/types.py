"""Types of Arrow in the words of the Data Catalog, and one type for columns that have several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

_SIMPLE_TYPES = {
    "bool": "boolean",
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "uint8": "smallint",
    "uint16": "int",
    "float": "float",
    "double": "double",
    "date32[day]": "date",
    "binary": "binary",
    "large_binary": "binary",
}
VOID = "void"
_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double")


def merge(columns: Iterable[dict[str, str]]) -> dict[str, str]:
    """The columns of several files, united by name; where types differ, one that holds both.

    A column without a value in any file is text.
    """
    united: dict[str, str] = {}
    for one in columns:
        for name, kind in one.items():
            united[name] = _wider(united.get(name, kind), kind)
    return {name: "string" if kind == VOID else kind for name, kind in united.items()}


def glue_type(kind: Any) -> str:
    """An Arrow type in the words of the Data Catalog; VOID for a column without a value."""
    if pa.types.is_null(kind):
        return VOID
    if pa.types.is_dictionary(kind):
        return glue_type(kind.value_type)
    if pa.types.is_timestamp(kind):
        return "timestamp"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_integer(kind) and str(kind) not in _SIMPLE_TYPES:
        return "bigint"
    if pa.types.is_nested(kind):
        return _nested_type(kind)
    return _SIMPLE_TYPES.get(str(kind), "string")


def _nested_type(kind: Any) -> str:
    if pa.types.is_map(kind):
        return f"map<{_inner(kind.key_type)},{_inner(kind.item_type)}>"
    if pa.types.is_struct(kind):
        fields = [f"{field.name}:{_inner(field.type)}" for field in kind]
        return f"struct<{','.join(fields)}>"
    return f"array<{_inner(kind.value_type)}>"


def _inner(kind: Any) -> str:
    return "string" if pa.types.is_null(kind) else glue_type(kind)


def _wider(one: str, other: str) -> str:
    if one == other or other == VOID:
        return one
    if one == VOID:
        return other
    if one in _NUMBERS and other in _NUMBERS:
        wider = _NUMBERS[max(_NUMBERS.index(one), _NUMBERS.index(other))]
        return "double" if wider == "float" else wider  # a float does not hold all integers
    return "string"
