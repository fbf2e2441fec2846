# ruff: noqa: N803 - the names are AWS's
"""GlueContext: where a Glue job gets its frames from and where it puts them."""

from __future__ import annotations

import logging
import sys
from typing import Any

from pyspark import SparkContext
from pyspark.sql import SparkSession

from .frames import DataFrameSource, DynamicFrameSource, FrameSink
from .storage import purge
from .unsupported import missing_attribute

_AWS_ONLY = (
    *("create_sample_dynamic_frame_from_catalog", "create_sample_dynamic_frame_from_options", "forEachBatch"),
    *("create_dynamic_frame_from_rdd", "add_ingestion_time_columns", "extract_jdbc_conf", "getSink", "getSource"),
    *("get_catalog_schema_as_spark_schema", "purge_table", "transition_table", "transition_s3_path"),
    *("start_transaction", "commit_transaction", "cancel_transaction", "write_dynamic_frame_from_jdbc_conf"),
)
_DEFAULT_RETENTION_HOURS = 168


class GlueContext:
    """The context of a Glue job. What a SQLContext has is here too."""

    def __init__(self, sparkContext: SparkContext | None = None, **_options: Any) -> None:
        self.spark_session: SparkSession = SparkSession.builder.getOrCreate()
        self.sc = sparkContext or self.spark_session.sparkContext
        self.create_dynamic_frame = DynamicFrameSource(self)
        self.create_data_frame = DataFrameSource(self)
        self.write_dynamic_frame = self.write_data_frame = FrameSink(self)
        # AWS has each of these under two names
        self.create_dynamic_frame_from_options = self.create_dynamic_frame.from_options
        self.create_dynamic_frame_from_catalog = self.create_dynamic_frame.from_catalog
        self.create_data_frame_from_options = self.create_data_frame.from_options
        self.create_data_frame_from_catalog = self.create_data_frame.from_catalog
        self.write_dynamic_frame_from_options = self.write_dynamic_frame.from_options
        self.write_dynamic_frame_from_catalog = self.write_dynamic_frame.from_catalog
        self.write_data_frame_from_options = self.write_data_frame.from_options
        self.write_data_frame_from_catalog = self.write_data_frame.from_catalog

    def __getattr__(self, name: str) -> Any:
        session = self.__dict__.get("spark_session")
        if session is not None and hasattr(session, name):
            return getattr(session, name)
        return missing_attribute("GlueContext", name, _AWS_ONLY)

    def get_logger(self) -> logging.Logger:
        """A logger that writes to the job's error log."""
        logger = logging.getLogger("GlueLogger")
        if not logger.handlers:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
            logger.addHandler(handler)
            logger.setLevel(logging.INFO)
            logger.propagate = False
        return logger

    def purge_s3_path(self, s3_path: str, options: dict[str, Any] | None = None, transformation_ctx: str = "") -> None:  # noqa: ARG002 - AWS's signature
        """Delete the files of a path that are older than `retentionPeriod` hours (168 unless told)."""
        given = dict(options or {})
        hours = float(given.get("retentionPeriod", _DEFAULT_RETENTION_HOURS))
        purge(s3_path, hours, given.get("exclusions") or ())


def _adopt_running_context() -> None:
    """Let the script's first `SparkContext()`, as in Glue's own templates, be the context that runs already."""
    create = SparkContext.__init__

    def adopt(self: SparkContext, *args: Any, **kwargs: Any) -> None:
        SparkContext.__init__ = create
        running = SparkContext._active_spark_context
        if running is None:
            create(self, *args, **kwargs)
        else:
            self.__dict__ = running.__dict__

    SparkContext.__init__ = adopt


_adopt_running_context()
