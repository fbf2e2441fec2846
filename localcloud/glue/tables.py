"""Tables and partitions of the Data Catalog, as crawlers write them."""

from __future__ import annotations

import re
from typing import Any

from localcloud.glue.discovery import FoundTable, partition_value
from localcloud.glue.types import merge

_TEXT = "org.apache.hadoop.mapred.TextInputFormat"
_IGNORE_KEY = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_HIVE = "org.apache.hadoop.hive.ql.io"
# input format, output format, SerDe
_FORMATS = {
    "parquet": (
        f"{_HIVE}.parquet.MapredParquetInputFormat",
        f"{_HIVE}.parquet.MapredParquetOutputFormat",
        f"{_HIVE}.parquet.serde.ParquetHiveSerDe",
    ),
    "orc": (f"{_HIVE}.orc.OrcInputFormat", f"{_HIVE}.orc.OrcOutputFormat", f"{_HIVE}.orc.OrcSerde"),
    "json": (_TEXT, _IGNORE_KEY, "org.openx.data.jsonserde.JsonSerDe"),
    "csv": (_TEXT, _IGNORE_KEY, "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"),
}


def table_name(prefix: str, name: str) -> str:
    """A folder's or file's name as a table's: lower case, `_` for what a name cannot have."""
    return re.sub(r"[^a-z0-9_]", "_", f"{prefix}{name}".lower())


def table_input(found: FoundTable, name: str, crawler: str) -> dict[str, Any]:
    """The TableInput of a found table."""
    keys = found.keys
    columns = merge(file.schema.columns for file in found.files)
    return {
        "Name": name,
        "Owner": "owner",
        "TableType": "EXTERNAL_TABLE",
        "Retention": 0,
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
        "Parameters": {**_parameters(found), "UPDATED_BY_CRAWLER": crawler},
        "StorageDescriptor": _storage(found, {key: kind for key, kind in columns.items() if key not in keys}),
    }


def partition_inputs(found: FoundTable, table: dict[str, Any]) -> list[dict[str, Any]]:
    """The PartitionInputs of a found table; empty if it has no partition keys."""
    if not table["PartitionKeys"]:
        return []
    storage = table["StorageDescriptor"]
    return [
        {
            "Values": [partition_value(folder) for folder in folders],
            "StorageDescriptor": {**storage, "Location": f"{found.location}{'/'.join(folders)}/"},
            "Parameters": table["Parameters"],
        }
        for folders in sorted({file.folders for file in found.files})
    ]


def _parameters(found: FoundTable) -> dict[str, str]:
    rows = sum(file.schema.rows for file in found.files)
    size = sum(file.size for file in found.files)
    parameters = {
        "classification": found.files[0].schema.classification,
        "compressionType": found.files[0].schema.compression,
        "typeOfData": "file",
        "recordCount": str(rows),
        "objectCount": str(len(found.files)),
        "sizeKey": str(size),
        "averageRecordSize": str(size // rows if rows else 0),
    }
    return parameters | _csv_parameters(found)


def _csv_parameters(found: FoundTable) -> dict[str, str]:
    schema = found.files[0].schema
    if schema.classification != "csv":
        return {}
    parameters = {"delimiter": schema.delimiter, "columnsOrdered": "true", "areColumnsQuoted": "false"}
    return parameters | ({"skip.header.line.count": "1"} if schema.header else {})


def _storage(found: FoundTable, columns: dict[str, str]) -> dict[str, Any]:
    schema = found.files[0].schema
    input_format, output_format, serde = _FORMATS[schema.classification]
    serde_parameters = {"field.delim": schema.delimiter} if schema.delimiter else {"serialization.format": "1"}
    return {
        "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()],
        "Location": found.location,
        "InputFormat": input_format,
        "OutputFormat": output_format,
        "Compressed": schema.compression != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": serde_parameters},
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": _parameters(found),
        "StoredAsSubDirectories": False,
    }
