"""Filtering, mapping and joining rows as DynamicFrames do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F  # noqa: N812 - what everybody calls it
from pyspark.sql.types import NullType, StringType, StructField, StructType

Record = dict[str, Any]


def filtered(frame: DataFrame, keep: Callable[[Record], Any]) -> DataFrame:
    """The rows for which `keep` is true."""
    kept = frame.rdd.filter(lambda row: bool(keep(row.asDict(recursive=True))))
    return frame.sparkSession.createDataFrame(kept, frame.schema)


def mapped(frame: DataFrame, change: Callable[[Record], Record]) -> DataFrame:
    """The dicts that `change` gives; columns that were there keep their place, new ones come last."""
    changed = frame.rdd.map(lambda row: _without_rows(change(row.asDict(recursive=True)))).cache()
    if changed.isEmpty():
        return frame
    session = frame.sparkSession
    found = session.createDataFrame(changed, samplingRatio=1.0).schema
    return session.createDataFrame(changed, _ordered(found, frame.schema))


def joined(left: DataFrame, right: DataFrame, keys1: Sequence[str], keys2: Sequence[str]) -> DataFrame:
    """The pairs of rows whose keys are equal, with all columns of both."""
    if len(keys1) != len(keys2):
        raise ValueError(f"join needs as many keys on both sides, not {list(keys1)} and {list(keys2)}")
    ours = {name.lower() for name in left.columns}
    names = {name: f".{name}" if name.lower() in ours else name for name in right.columns}
    other = right.select(*(F.col(f"`{name}`").alias(new) for name, new in names.items()))
    pairs = zip(keys1, keys2, strict=True)
    condition = [left[f"`{one}`"] == other[f"`{names[two]}`"] for one, two in pairs]
    return left.join(other, condition, "inner")


def _without_rows(record: Any) -> Record:
    return record.asDict(recursive=True) if isinstance(record, Row) else dict(record)


def _ordered(found: StructType, before: StructType) -> StructType:
    """The found fields in their old order; one that is always null keeps its old type."""
    old = {field.name: field.dataType for field in before}
    names = [name for name in old if name in found.names] + [name for name in found.names if name not in old]
    return StructType([_field(found[name], old.get(name, StringType())) for name in names])


def _field(field: StructField, otherwise: Any) -> StructField:
    kind = otherwise if isinstance(field.dataType, NullType) else field.dataType
    return StructField(field.name, kind)
