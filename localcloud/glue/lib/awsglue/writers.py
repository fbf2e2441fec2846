"""DataFrames as files, written as Glue writes them: added to what is there, without marker files."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame

from .readers import csv_dialect, spark_format
from .storage import local_path, tell
from .unsupported import check_options

_CONNECTION_OPTIONS = ("path", "partitionKeys", "compression", "groupFiles", "groupSize")
_FORMAT_OPTIONS = (
    "compression",
    "separator",
    "quoteChar",
    "escaper",
    "writeHeader",
    "withHeader",
    "useGlueParquetWriter",
)
_NO_MARKER = "mapreduce.fileoutputcommitter.marksuccessfuljobs"


def write_files(frame: DataFrame, name: str | None, connection_options: Any, format_options: Any) -> None:
    """Add the rows to `path`, in folders by `partitionKeys`. FileNotFoundError without the bucket."""
    kind = spark_format(name)
    connection, formatting = dict(connection_options or {}), dict(format_options or {})
    check_options("connection_options", connection, _CONNECTION_OPTIONS)
    check_options(f"format={name!r}", formatting, _FORMAT_OPTIONS)
    local_path(connection["path"])
    if not frame.columns:
        tell(f"nothing is written to {connection['path']}: the frame has no columns")
        return
    writer = frame.write.mode("append").option(_NO_MARKER, "false")
    compression = connection.get("compression") or formatting.get("compression")
    if compression:
        writer = writer.option("compression", "none" if compression == "uncompressed" else compression)
    if kind == "csv":
        header = str(formatting.get("writeHeader", True)).lower()
        writer = writer.options(header=header, **csv_dialect(formatting))
    writer.partitionBy(*connection.get("partitionKeys") or []).format(kind).save(connection["path"])
