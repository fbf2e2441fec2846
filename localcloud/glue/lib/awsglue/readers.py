"""Files as DataFrames, read as Glue reads them: by column name, CSV as text, partition folders as text columns."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - what everybody calls it
from pyspark.sql.types import StringType, StructField, StructType

from .storage import first_line
from .unsupported import check_options, refuse

_FORMATS = {"csv": "csv", "json": "json", "parquet": "parquet", "glueparquet": "parquet", "orc": "orc"}
_CSV_OPTIONS = (
    *("separator", "quoteChar", "escaper", "withHeader", "skipFirst", "multiLine", "multiline"),
    *("optimizePerformance", "strictCheckForQuoting", "writeHeader"),
)
_OTHER_OPTIONS = {"json": ("multiLine", "multiline", "withHeader", "optimizePerformance")}
_PARTITION_TYPES = "spark.sql.sources.partitionColumnTypeInference.enabled"


def spark_format(name: str | None) -> str:
    """Spark's name of a Glue format. NotImplementedError for those that are not here."""
    return _FORMATS.get(name or "") or refuse(f"format={name!r}")


def read_files(session: SparkSession, name: str | None, base: str, files: list[str], options: Any) -> DataFrame:
    """The rows of the files, which all lie below `base`."""
    kind = spark_format(name)
    given = dict(options or {})
    check_options(f"format={name!r}", given, _CSV_OPTIONS if kind == "csv" else _OTHER_OPTIONS.get(kind, ()))
    if not files:
        return session.createDataFrame([], StructType([]))
    with _text_partitions(session):
        return unite(_read(session, kind, base, group, given) for group in _groups(files, partial(_keys, base)))


def csv_dialect(options: dict[str, Any]) -> dict[str, str]:
    """Separator, quote and escape for Spark; Glue writes `quoteChar=-1` for no quotes, and doubles them in a text."""
    quote = str(options.get("quoteChar", '"')).replace("-1", "")
    escape = options.get("escaper") or quote or "\\"
    return {"sep": options.get("separator", ","), "quote": quote, "escape": escape}


def unite(frames: Iterable[DataFrame]) -> DataFrame:
    """All rows of all frames, columns by name; what a frame does not have is null."""
    some = [frame for frame in frames if frame.columns]
    if not some:
        raise ValueError("there is no frame with a column")
    return functools.reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), some)


@contextmanager
def _text_partitions(session: SparkSession) -> Iterator[None]:
    """Let Spark take `day=01` for the text 01, as Glue does, and not for the number 1."""
    before = session.conf.get(_PARTITION_TYPES)
    session.conf.set(_PARTITION_TYPES, "false")
    try:
        yield
    finally:
        session.conf.set(_PARTITION_TYPES, before)


def _groups(files: list[str], key_of: Callable[[str], tuple[str, ...]]) -> list[list[str]]:
    """The files, those with equal keys together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        groups.setdefault(key_of(file), []).append(file)
    return list(groups.values())


def _keys(base: str, file: str) -> tuple[str, ...]:
    """The names of a file's partition folders: Spark refuses files of different ones at once."""
    folders = file.removeprefix(base).split("/")[:-1]
    return tuple(folder.partition("=")[0] for folder in folders if "=" in folder)


def _read(session: SparkSession, kind: str, base: str, files: list[str], options: dict[str, Any]) -> DataFrame:
    if kind == "csv":
        # Spark's own reader goes by position and would shift the columns of files with another header
        groups = _groups(files, partial(_columns, options))
        return unite(_read_csv(session, base, group, options) for group in groups)
    reader = session.read.option("basePath", base).option("mergeSchema", "true")
    return reader.option("multiLine", _multiline(options)).format(kind).load(files)


def _read_csv(session: SparkSession, base: str, files: list[str], options: dict[str, Any]) -> DataFrame:
    columns = _columns(options, files[0])
    reader = session.read.option("basePath", base).options(**csv_dialect(options))
    reader = reader.option("header", str(_has_first_line_to_skip(options)).lower())
    reader = reader.option("multiLine", _multiline(options))
    frame = reader.schema(StructType([StructField(name, StringType()) for name in columns])).csv(files)
    # Glue gives an empty text for an empty cell
    return frame.select(
        *(F.coalesce(F.col(_quoted(name)), F.lit("")).alias(name) for name in columns),
        *(F.col(_quoted(name)) for name in frame.columns[len(columns) :]),
    )


def _columns(options: dict[str, Any], file: str) -> tuple[str, ...]:
    dialect = csv_dialect(options)
    quoting = {"quotechar": dialect["quote"]} if dialect["quote"] else {"quoting": csv.QUOTE_NONE}
    cells = next(csv.reader([first_line(file).rstrip("\r\n")], delimiter=dialect["sep"], **quoting), [])
    if not _is_true(options.get("withHeader")):
        return tuple(f"col{number}" for number in range(len(cells)))
    return tuple(_distinct(cells))


def _distinct(names: list[str]) -> Iterator[str]:
    """Column names as Spark makes them of a header: empty and repeated ones get their position."""
    folded = [name.lower() for name in names]
    for position, name in enumerate(names):
        if not name:
            yield f"_c{position}"
        else:
            yield f"{name}{position}" if folded.count(name.lower()) > 1 else name


def _has_first_line_to_skip(options: dict[str, Any]) -> bool:
    return _is_true(options.get("withHeader")) or _is_true(options.get("skipFirst"))


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _multiline(options: dict[str, Any]) -> str:
    return str(_is_true(options.get("multiLine", options.get("multiline")))).lower()


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
