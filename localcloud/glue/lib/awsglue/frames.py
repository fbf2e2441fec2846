"""What `glueContext.create_dynamic_frame` and its three brothers are."""

from __future__ import annotations

import json
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from .catalog import CatalogTable
from .dynamicframe import DynamicFrame
from .readers import read_files, unite
from .storage import base_of, list_files
from .unsupported import check_options, refuse
from .writers import write_files

_S3_OPTIONS = ("paths", "path", "recurse", "exclusions", "groupFiles", "groupSize", "compressionType", "compression")
_NO_EFFECT = ("transformation_ctx", "catalog_id", "additional_options", "redshift_tmp_dir", "name_space")


class DataFrameSource:
    """Makes DataFrames."""

    def __init__(self, glue_context: Any) -> None:
        self._context = glue_context

    def from_options(
        self,
        connection_type: str,
        connection_options: dict[str, Any] | None = None,
        format: str | None = None,  # noqa: A002 - AWS's name
        format_options: dict[str, Any] | None = None,
        transformation_ctx: str = "",  # noqa: ARG002 - for bookmarks
    ) -> DataFrame:
        """The files of `connection_options["paths"]`; `connection_type` is `s3` here."""
        if connection_type != "s3":
            refuse(f"connection_type={connection_type!r}")
        given = dict(connection_options or {})
        check_options("connection_options", given, _S3_OPTIONS)
        paths = given.get("paths") or [given["path"]]
        recurse = str(given.get("recurse", "")).lower() == "true"
        exclusions = _exclusions(given.get("exclusions"))
        session = self._context.spark_session
        found = {path: list_files(path, recurse=recurse, exclusions=exclusions) for path in paths}
        frames = [
            read_files(session, format, base_of(path), files, format_options) for path, files in found.items() if files
        ]
        return unite(frames) if frames else read_files(session, format, "", [], format_options)

    def from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        push_down_predicate: str = "",
        **options: Any,
    ) -> DataFrame:
        """A table of the Data Catalog, its rows filtered by the predicate on its partition keys."""
        check_options("from_catalog", {name: value for name, value in options.items() if value}, _NO_EFFECT)
        table = CatalogTable(database or options.get("name_space") or "", table_name or "")
        frame = table.read(self._context.spark_session)
        return frame.where(push_down_predicate) if push_down_predicate else frame


class DynamicFrameSource:
    """Makes DynamicFrames, with the arguments of DataFrameSource."""

    def __init__(self, glue_context: Any) -> None:
        self._context = glue_context
        self._source = DataFrameSource(glue_context)

    def from_options(self, *args: Any, **kwargs: Any) -> DynamicFrame:
        """The files of `connection_options["paths"]`; `connection_type` is `s3` here."""
        frame = self._source.from_options(*args, **kwargs)
        return DynamicFrame(frame, self._context, kwargs.get("transformation_ctx", ""))

    def from_catalog(self, *args: Any, **kwargs: Any) -> DynamicFrame:
        """A table of the Data Catalog, its rows filtered by `push_down_predicate`."""
        frame = self._source.from_catalog(*args, **kwargs)
        return DynamicFrame(frame, self._context, kwargs.get("transformation_ctx", ""))

    def from_rdd(self, data: Any, name: str, schema: StructType | None = None, **_options: Any) -> DynamicFrame:
        """An RDD of rows or dicts."""
        frame = self._context.spark_session.createDataFrame(data, schema)
        return DynamicFrame(frame, self._context, name)


class FrameSink:
    """Writes DynamicFrames and DataFrames; each call gives its frame back."""

    def __init__(self, glue_context: Any) -> None:
        self._context = glue_context

    def from_options(
        self,
        frame: DynamicFrame | DataFrame,
        connection_type: str,
        connection_options: dict[str, Any] | None = None,
        format: str | None = None,  # noqa: A002 - AWS's name
        format_options: dict[str, Any] | None = None,
        transformation_ctx: str = "",  # noqa: ARG002 - for bookmarks
    ) -> DynamicFrame | DataFrame:
        """Add the frame to the files of `connection_options["path"]`; `connection_type` is `s3` here."""
        if connection_type != "s3":
            refuse(f"connection_type={connection_type!r}")
        write_files(_data_frame(frame), format, connection_options, format_options)
        return frame

    def from_catalog(
        self,
        frame: DynamicFrame | DataFrame,
        database: str | None = None,
        table_name: str | None = None,
        **options: Any,
    ) -> DynamicFrame | DataFrame:
        """Add the frame to the files of a table. As on AWS, new partitions are for a crawler to find."""
        given = {name: value for name, value in options.items() if value}
        extra = given.pop("additional_options", {})
        check_options("from_catalog", given, _NO_EFFECT)
        check_options("additional_options", extra, ("partitionKeys",))
        table = CatalogTable(database or options.get("name_space") or "", table_name or "")
        target = {"path": table.location, "partitionKeys": extra.get("partitionKeys") or list(table.keys)}
        formatting = {**table.format_options()}
        if "withHeader" in formatting:
            formatting["writeHeader"] = formatting.pop("withHeader")
        write_files(_data_frame(frame), table.format, target, formatting)
        return frame

    def from_jdbc_conf(self, *_args: Any, **_kwargs: Any) -> DynamicFrame:
        """Not here. Raises NotImplementedError."""
        refuse("write_dynamic_frame.from_jdbc_conf")


def _data_frame(frame: DynamicFrame | DataFrame) -> DataFrame:
    return frame.toDF() if isinstance(frame, DynamicFrame) else frame


def _exclusions(given: str | list[str] | None) -> list[str]:
    """Patterns; Glue takes them as a JSON list in a text."""
    return list(json.loads(given)) if isinstance(given, str) else list(given or [])
