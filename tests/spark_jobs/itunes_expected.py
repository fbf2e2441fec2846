"""What the three tables of the iTunes pipeline must hold, computed with json and pandas alone."""

from pathlib import Path
from typing import Any

import pandas as pd

TABLES = {
    "artists": {
        "artist_id": "Int64",
        "artist_name": "string",
        "artist_view_url": "string",
        "country": "string",
    },
    "collections": {
        "collection_id": "Int64",
        "collection_name": "string",
        "artist_name": "string",
        "collection_censored_name": "string",
        "collection_view_url": "string",
        "collection_price": "Float64",
        "collection_HD_price": "Float64",
        "currency": "string",
        "country": "string",
        "collection_explicitness": "string",
    },
    "tracks": {
        "track_id": "Int64",
        "track_name": "string",
        "artist_name": "string",
        "track_censored_name": "string",
        "kind": "string",
        "track_view_url": "string",
        "track_price": "Float64",
        "track_HD_price": "Float64",
        "currency": "string",
        "country": "string",
        "release_date": "datetime64[us, UTC]",
        "track_explicitness": "string",
        "track_count": "Int64",
        "track_number": "Int64",
        "track_time_millis": "Int64",
        "is_streamable": "boolean",
        "content_advisory_rating": "string",
    },
}


def key_of(column: str) -> str:
    """Give the key in a hit for a column: track_HD_price → trackHdPrice."""
    first, *words = column.split("_")
    return first + "".join(word.capitalize() for word in words)


def expected(hits: list[dict[str, Any]], table: str) -> pd.DataFrame:
    """Compute a table from the hits: distinct rows that have an id, sorted, nulls first."""
    columns = TABLES[table]
    rows = {tuple(hit.get(key_of(column)) for column in columns) for hit in hits}
    kept = sorted((row for row in rows if row[0] is not None), key=_nulls_first)
    return typed(pd.DataFrame(kept, columns=list(columns), dtype=object), table)


def written(folder: str | Path, table: str) -> pd.DataFrame:
    """Read the CSV file in a folder, with empty fields as nulls and nothing else."""
    frame = pd.read_csv(part_file(folder), dtype=str, keep_default_na=False, na_values=[""])
    return typed(frame, table)


def part_file(folder: str | Path) -> Path:
    """Give the one data file of a folder that Spark wrote."""
    (part,) = [path for path in Path(folder).iterdir() if path.name.startswith("part-")]
    return part


def typed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Give every column its type; fails if the columns are not exactly the table's."""
    assert list(frame.columns) == list(TABLES[table])
    return frame.assign(**{name: _as_type(frame[name], kind) for name, kind in TABLES[table].items()})


def _as_type(values: pd.Series, kind: str) -> pd.Series:
    if kind == "boolean":
        return values.map({"true": True, "false": False, True: True, False: False}).astype(kind)
    if kind.startswith("datetime"):
        return pd.to_datetime(values, format="ISO8601", utc=True).astype(kind)
    return pd.to_numeric(values).astype(kind) if kind in ("Int64", "Float64") else values.astype(kind)


def _nulls_first(row: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    return [(value is not None, value) for value in row]
