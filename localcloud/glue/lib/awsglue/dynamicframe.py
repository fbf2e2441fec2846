# ruff: noqa: N802, N803 - the names are AWS's
"""DynamicFrames that are DataFrames: a column has one type, so there are no choice types to resolve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from . import columns, rows
from .unsupported import check_options, missing_attribute

_NO_EFFECT = ("transformation_ctx", "info", "stageThreshold", "totalThreshold", "case_sensitive", "prob")
_AWS_ONLY = (
    *("relationalize", "unnest", "unnest_ddb_json", "unbox", "simplify_ddb_json", "split_fields", "split_rows"),
    *("spigot", "mergeDynamicFrame", "with_frame_schema", "write", "flatMap", "errorsAsDynamicFrame"),
)


class DynamicFrame:
    """Rows with named columns. All methods give a new frame."""

    def __init__(self, data_frame: DataFrame, glue_ctx: Any, name: str = "") -> None:
        self._df = data_frame
        self.glue_ctx = glue_ctx
        self.name = name

    def __getattr__(self, name: str) -> Any:
        return missing_attribute("DynamicFrame", name, _AWS_ONLY)

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: Any, name: str = "") -> DynamicFrame:
        """A DataFrame as a DynamicFrame."""
        return cls(dataframe, glue_ctx, name)

    def toDF(self, options: Any = None) -> DataFrame:
        """The frame as a DataFrame."""
        check_options("toDF", {"options": options} if options else {}, ())
        return self._df

    # What it is.

    def count(self) -> int:
        """The number of rows."""
        return self._df.count()

    def schema(self) -> StructType:
        """The columns, in Spark's types."""
        return self._df.schema

    def printSchema(self) -> None:
        """Print the columns."""
        self._df.printSchema()

    def show(self, num_rows: int = 20) -> None:
        """Print the first rows, each as JSON."""
        for line in self._df.limit(num_rows).toJSON().collect():
            print(line)

    def errorsCount(self) -> int:
        """0: a row that cannot be handled fails the job here."""
        return 0

    def stageErrorsCount(self) -> int:
        """0, for the same reason."""
        return 0

    def assertErrorThreshold(self) -> None:
        """Nothing: there are no error rows."""

    def getNumPartitions(self) -> int:
        """The number of Spark's partitions."""
        return self._df.rdd.getNumPartitions()

    # Columns.

    def apply_mapping(self, mappings: Sequence[tuple[str, ...]], **options: Any) -> DynamicFrame:
        """Choose, rename and cast columns: (source, source type, target, target type) or (source, target type)."""
        return self._derive("apply_mapping", options, columns.mapped(self._df, mappings))

    def select_fields(self, paths: Sequence[str], **options: Any) -> DynamicFrame:
        """Keep these columns; as in Glue, those that are not there are left out."""
        return self._derive("select_fields", options, columns.selected(self._df, paths))

    def drop_fields(self, paths: Sequence[str], **options: Any) -> DynamicFrame:
        """Drop columns, or with `a.b` a field of one."""
        return self._derive("drop_fields", options, columns.dropped(self._df, paths))

    def rename_field(self, oldName: str, newName: str, **options: Any) -> DynamicFrame:
        """Rename a column."""
        return self._derive("rename_field", options, columns.renamed(self._df, oldName, newName))

    def resolveChoice(self, specs: Any = None, choice: str = "", **options: Any) -> DynamicFrame:
        """Cast the columns of `specs`: `cast:type`, `project:type`; the others have one type already."""
        given = {name: value for name, value in options.items() if value}
        return self._derive("resolveChoice", given, columns.resolved(self._df, specs, choice))

    def drop_nulls(self, **options: Any) -> DynamicFrame:
        """Drop the columns that are null in all rows."""
        return self._derive("drop_nulls", options, columns.without_null_columns(self._df))

    # Rows.

    def filter(self, f: Callable[[Any], Any], **options: Any) -> DynamicFrame:
        """Keep the rows, given as dicts, for which `f` is true."""
        return self._derive("filter", options, rows.filtered(self._df, f))

    def map(self, f: Callable[[Any], Any], **options: Any) -> DynamicFrame:
        """Replace each row, given as a dict, by the dict that `f` returns."""
        given = {name: value for name, value in options.items() if name != "preservesPartitioning"}
        return self._derive("map", given, rows.mapped(self._df, f))

    def join(self, paths1: Sequence[str], paths2: Sequence[str], frame2: DynamicFrame, **options: Any) -> DynamicFrame:
        """Inner join where the columns are equal; columns of `frame2` that this frame has too begin with a dot."""
        return self._derive("join", options, rows.joined(self._df, frame2.toDF(), paths1, paths2))

    def union(self, frame: DynamicFrame, **options: Any) -> DynamicFrame:
        """The rows of both, columns by name."""
        return self._derive("union", options, self._df.unionByName(frame.toDF(), allowMissingColumns=True))

    def repartition(self, num_partitions: int, **options: Any) -> DynamicFrame:
        """Spread the rows over so many partitions."""
        return self._derive("repartition", options, self._df.repartition(num_partitions))

    def coalesce(self, num_partitions: int, shuffle: bool = False, **options: Any) -> DynamicFrame:
        """Bring the rows together in so many partitions."""
        fewer = self._df.repartition(num_partitions) if shuffle else self._df.coalesce(num_partitions)
        return self._derive("coalesce", options, fewer)

    def _derive(self, method: str, options: dict[str, Any], frame: DataFrame) -> DynamicFrame:
        check_options(method, options, _NO_EFFECT)
        return DynamicFrame(frame, self.glue_ctx, options.get("transformation_ctx") or self.name)


class DynamicFrameCollection:
    """Several DynamicFrames by name."""

    def __init__(self, dynamic_frames: dict[str, DynamicFrame], glue_ctx: Any) -> None:
        self._frames = dict(dynamic_frames)
        self.glue_ctx = glue_ctx

    def select(self, key: str, transformation_ctx: str = "") -> DynamicFrame:  # noqa: ARG002 - AWS's signature
        """The frame of that name. KeyError if there is none."""
        return self._frames[key]

    def keys(self) -> list[str]:
        """The names."""
        return list(self._frames)

    def values(self) -> list[DynamicFrame]:
        """The frames."""
        return list(self._frames.values())
