"""What the green taxi pipeline must make of raw rows, computed with Python and pandas alone."""

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd

MONEY = (
    "fare_amount",
    "extra",
    "mta_tax",
    "tip_amount",
    "tolls_amount",
    "ehail_fee",
    "improvement_surcharge",
    "total_amount",
)
WHOLE = (
    "vendorid",
    "ratecodeid",
    "pulocationid",
    "dolocationid",
    "passenger_count",
    "payment_type",
    "trip_type",
)
TIMES = ("lpep_pickup_datetime", "lpep_dropoff_datetime")
COLUMNS = (
    "vendorid",
    *TIMES,
    "store_and_fwd_flag",
    "ratecodeid",
    "pulocationid",
    "dolocationid",
    "passenger_count",
    "trip_distance",
    *MONEY,
    "payment_type",
    "trip_type",
)
REQUIRED = (*TIMES, "pulocationid", "fare_amount", "payment_type", "trip_type")
KEYS = ["pulocationid", "trip_type", "payment_type"]


def raw_rows(files: Iterable[Path]) -> pd.DataFrame:
    """Read files as text, by column name; a blank cell is null."""
    frames = [pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig") for file in files]
    named = [frame.rename(columns=lambda name: name.strip().lower()) for frame in frames]
    rows = pd.concat(named).reindex(columns=list(COLUMNS))
    return rows.map(lambda text: text.strip() or None if isinstance(text, str) else None)


def value_of(column: str, text: str | None):
    """Read one cell; ValueError if it is no value of its column."""
    if text is None or column == "store_and_fwd_flag":
        return text
    if column in TIMES:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
    if column == "trip_distance":
        return float(text)
    number = Decimal(text)
    if column in WHOLE and (number != int(number) or number < 0):
        raise ValueError(text)
    if column in MONEY and number != round(number, 2):
        raise ValueError(text)
    return int(number) if column in WHOLE else number


def is_ride(row: dict[str, str | None]) -> bool:
    """Whether a raw row counts."""
    try:
        values = {column: value_of(column, row[column]) for column in COLUMNS}
    except (ValueError, ArithmeticError):
        return False
    complete = all(values[column] is not None for column in REQUIRED)
    return complete and values["fare_amount"] >= 0 and values[TIMES[0]] <= values[TIMES[1]]


def rides(rows: pd.DataFrame) -> list[tuple]:
    """Give the rides among raw rows as values, in the order of `COLUMNS`, sorted with nulls first."""
    kept = [row for row in rows.to_dict("records") if is_ride(row)]
    typed = [tuple(value_of(column, row[column]) for column in COLUMNS) for row in kept]
    return sorted(typed, key=lambda row: [(value is not None, value) for value in row])


def totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum up the fares of the rides among raw rows."""
    frame = pd.DataFrame(rides(rows), columns=list(COLUMNS), dtype=object)
    sums = frame.groupby(KEYS)["fare_amount"].sum().rename("total_fare_amount")
    return sums.reset_index().sort_values(KEYS, ignore_index=True)


def as_cents(text: str) -> Decimal | None:
    """Read an amount as people write it; None if it is none, has parts of a cent or a million dollars."""
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text):
        return None
    number = Decimal(text)
    return number if number == round(number, 2) and abs(number) < 1_000_000 else None
