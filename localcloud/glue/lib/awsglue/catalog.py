"""Tables of the Data Catalog as DataFrames, and where they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import boto3
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - what everybody calls it

from .readers import read_files, unite
from .storage import list_files, tell
from .unsupported import refuse

_SERDES = {"parquet": "parquet", "orc": "orc", "json": "json", "lazysimple": "csv", "opencsv": "csv"}


class CatalogTable:
    """One table, as the Data Catalog has it now."""

    def __init__(self, database: str, name: str) -> None:
        """Ask the Data Catalog. botocore's EntityNotFoundException if there is no such table."""
        self._client: Any = boto3.client("glue")
        self._table: Any = self._client.get_table(DatabaseName=database, Name=name)["Table"]
        self._storage = self._table["StorageDescriptor"]
        self.location: str = self._storage["Location"]
        self.columns: dict[str, str] = {one["Name"]: one["Type"] for one in self._storage["Columns"]}
        self.keys: dict[str, str] = {one["Name"]: one["Type"] for one in self._table.get("PartitionKeys", [])}

    @property
    def format(self) -> str:
        """Glue's name of the format: the classification, or what the SerDe tells."""
        declared = self._table.get("Parameters", {}).get("classification")
        if declared:
            return str(declared)
        serde = self._storage.get("SerdeInfo", {}).get("SerializationLibrary", "").lower()
        found = [kind for part, kind in _SERDES.items() if part in serde]
        return found[0] if found else refuse(f"the SerDe {serde or '(none)'} of table {self._table['Name']}")

    def format_options(self) -> dict[str, Any]:
        """How to read (and write) its files."""
        if self.format != "csv":
            return {}
        parameters = {**self._storage.get("SerdeInfo", {}).get("Parameters", {}), **self._table.get("Parameters", {})}
        separator = parameters.get("field.delim") or parameters.get("separatorChar") or parameters.get("delimiter")
        return {"separator": separator or ",", "withHeader": parameters.get("skip.header.line.count") == "1"}

    def read(self, session: SparkSession) -> DataFrame:
        """All rows: as on AWS, of the partitions that the catalogue knows."""
        if not self.keys:
            return self._typed(self._rows(session, [self.location], self.location))
        partitions = self._partitions()
        if all(self._is_in_its_folder(one) for one in partitions):
            locations = [one["StorageDescriptor"]["Location"] for one in partitions]
            return self._typed(self._rows(session, locations, self.location), [F.col(f"`{key}`") for key in self.keys])
        return unite(self._partition(session, one) for one in partitions)

    def _partitions(self) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("get_partitions").paginate(
            DatabaseName=self._table["DatabaseName"], TableName=self._table["Name"]
        )
        return [one for page in pages for one in page["Partitions"]]

    def _is_in_its_folder(self, partition: dict[str, Any]) -> bool:
        """Whether a partition lies below the table as `key=value`, so that Spark finds the value itself."""
        pairs = zip(self.keys, partition["Values"], strict=True)
        folder = "/".join(f"{key}={value}" for key, value in pairs)
        location: str = partition["StorageDescriptor"]["Location"]
        return location.rstrip("/") == f"{self.location.rstrip('/')}/{folder}"

    def _partition(self, session: SparkSession, partition: dict[str, Any]) -> DataFrame:
        location = partition["StorageDescriptor"]["Location"]
        return self._typed(self._rows(session, [location], location), [F.lit(value) for value in partition["Values"]])

    def _rows(self, session: SparkSession, locations: list[str], base: str) -> DataFrame:
        files = [file for location in locations for file in list_files(location, recurse=True)]
        return read_files(session, self.format, base, files, self.format_options())

    def _typed(self, frame: DataFrame, keys: Sequence[Column] = ()) -> DataFrame:
        """The catalogue's columns in its types, found by name, and the partition keys."""
        found = {name.lower(): name for name in frame.columns}
        if self.format == "csv" and not self.format_options()["withHeader"]:
            found = dict(zip(self.columns, frame.columns, strict=False))
        typed = [self._column(found.get(name), name, kind) for name, kind in self.columns.items()]
        if not frame.columns:
            keys = [F.lit(None) for _ in self.keys]
        named = [key.cast(kind).alias(name) for key, (name, kind) in zip(keys, self.keys.items(), strict=True)]
        if self.format == "csv" and frame.columns:
            _tell_lost_values(frame, self.columns, found)
        return frame.select(*typed, *named)

    def _column(self, source: str | None, name: str, kind: str) -> Column:
        column = F.lit(None) if source is None else F.col(f"`{source}`")
        return column.cast(kind).alias(name)


def _tell_lost_values(frame: DataFrame, columns: dict[str, str], found: dict[str, str]) -> None:
    """Name the columns with texts that are not of the catalogue's type: null here, a choice type on AWS."""
    kinds = {name: kind for name, kind in columns.items() if kind != "string" and name in found}
    if not kinds:
        return
    lost = frame.select(*(_lost(found[name], kind).alias(name) for name, kind in kinds.items())).first()
    for name, kind in kinds.items():
        if lost and lost[name]:
            tell(f"column {name}: {lost[name]} values are no {kind}: null here, a choice type on AWS Glue")


def _lost(name: str, kind: str) -> Column:
    """The number of texts that do not survive the cast."""
    text = F.col(f"`{name}`")
    return F.sum(((text != "") & text.cast(kind).isNull()).cast("int"))
