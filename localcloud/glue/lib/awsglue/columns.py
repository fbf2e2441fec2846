"""Choosing, renaming and casting columns as DynamicFrames do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - what everybody calls it
from pyspark.sql.types import NullType

from .storage import tell
from .unsupported import refuse

# Glue's names of types where Spark's are others
_TYPES = {"long": "bigint", "short": "smallint", "byte": "tinyint", "integer": "int"}
_CASTS = ("cast", "project")
_UNCHANGED = ("make_cols", "make_struct", "keep_as_struct")


def mapped(frame: DataFrame, mappings: Sequence[tuple[str, ...]]) -> DataFrame:
    """The columns that the mappings name; a source that is not there is left out, as in Glue."""
    chosen = []
    for mapping in mappings:
        source, target, kind = _parts(mapping)
        if _find(frame, source):
            chosen.append(_column(frame, source).cast(_TYPES.get(kind, kind)).alias(target))
        else:
            tell(f"apply_mapping: there is no column {source!r}, it is left out as on AWS Glue")
    return frame.select(*chosen)


def selected(frame: DataFrame, paths: Sequence[str]) -> DataFrame:
    """These columns, as far as they are there."""
    return frame.select(*(_column(frame, path) for path in _only_columns(frame, "select_fields", paths)))


def dropped(frame: DataFrame, paths: Sequence[str]) -> DataFrame:
    """All columns but these; `a.b` drops a field of a struct."""
    for path in paths:
        name, _, inner = path.partition(".")
        if _has(frame, path):
            frame = frame.drop(_column(frame, path))
        elif inner and _has(frame, name):
            frame = frame.withColumn(name, F.col(_quoted(name)).dropFields(inner))
    return frame


def renamed(frame: DataFrame, old: str, new: str) -> DataFrame:
    """The frame with a column of another name."""
    if "." in old and not _has(frame, old):
        refuse(f"rename_field of the nested field {old!r}")
    return frame.withColumnRenamed(old.strip("`"), new.strip("`"))


def resolved(frame: DataFrame, specs: Any, choice: str) -> DataFrame:
    """The frame with the casts of the specs. A column has one type here, so `choice` finds nothing to do."""
    _check_action(choice or "make_cols")
    for path, action in specs or []:
        _check_action(action)
        verb, _, kind = action.partition(":")
        if verb in _CASTS and _has(frame, path):
            frame = frame.withColumn(path, _column(frame, path).cast(_TYPES.get(kind, kind)))
    return frame


def without_null_columns(frame: DataFrame) -> DataFrame:
    """The frame without the columns that are null in all rows."""
    candidates = [field.name for field in frame.schema if not isinstance(field.dataType, NullType)]
    counts = frame.select(*(F.count(F.col(_quoted(name))).alias(name) for name in candidates)).first()
    kept = [name for name in candidates if counts and counts[name]]
    return frame.select(*(F.col(_quoted(name)) for name in kept))


def _parts(mapping: tuple[str, ...]) -> tuple[str, str, str]:
    """Source, target and target type of one mapping."""
    if len(mapping) == 4:
        source, _, target, kind = mapping
    elif len(mapping) == 3:
        source, target, kind = mapping
    elif len(mapping) == 2:
        source, kind = mapping
        target = source
    else:
        raise ValueError(f"a mapping has 2, 3 or 4 parts, not {len(mapping)}: {mapping!r}")
    if "." in target.replace("`", "") and not target.startswith("`"):
        refuse(f"apply_mapping to the nested field {target!r}")
    return source, target.strip("`"), kind


def _check_action(action: str) -> None:
    verb = action.partition(":")[0]
    if verb not in (*_CASTS, *_UNCHANGED):
        refuse(f"resolveChoice with {action!r}")


def _only_columns(frame: DataFrame, method: str, paths: Sequence[str]) -> list[str]:
    nested = [path for path in paths if "." in path and not _has(frame, path)]
    if nested:
        refuse(f"{method} of the nested field {nested[0]!r}")
    return [path for path in paths if _has(frame, path)]


def _find(frame: DataFrame, path: str) -> bool:
    return _has(frame, path) or _has(frame, path.partition(".")[0])


def _has(frame: DataFrame, name: str) -> bool:
    return name.strip("`").lower() in (column.lower() for column in frame.columns)


def _column(frame: DataFrame, path: str) -> Column:
    return F.col(_quoted(path.strip("`"))) if _has(frame, path) else F.col(path)


def _quoted(name: str) -> str:
    return f"`{name}`"
