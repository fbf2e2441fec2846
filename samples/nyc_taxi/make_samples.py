"""Make the sample files of green taxi rides beside this script: `python make_samples.py [FOLDER]`.

They look like the city's own files: one a month, a column more in the later year, and a few rows that are no
rides. The rides are invented. The same seed gives the same bytes.
"""

from __future__ import annotations

import csv
import random
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

SEED = 2019
ROWS = 150
LATER = "congestion_surcharge"
# Month → whether its rides have the later column.
MONTHS = {"2017-06": False, "2019-06": True}
# East Harlem North, Astoria, Fort Greene, Forest Hills
PLACES = (74, 7, 97, 95)
CARD, CASH = 1, 2
STREET_HAIL, DISPATCH = 1, 2
EXTRA, TAX, SURCHARGE = Decimal("0.5"), Decimal("0.5"), Decimal("0.3")

# What is found in the city's files now and then: row number → column → value.
WRONG = {
    17: {"fare_amount": "-7.5", "total_amount": "-8.8"},
    41: {"PULocationID": "n/a"},
    73: {"payment_type": "", "trip_type": ""},
    98: {"lpep_pickup_datetime": "0000-00-00 00:00:00"},
    131: {"fare_amount": "-52", "total_amount": "-52.8"},
}


def ride(chance: random.Random, month: str) -> dict[str, object]:
    """Invent one ride of a month such as 2017-06."""
    begin = datetime.fromisoformat(f"{month}-01") + timedelta(seconds=chance.randrange(30 * 24 * 3600))
    miles = Decimal(chance.randrange(30, 1200)) / 100
    fare = Decimal("2.5") + (miles * 5).to_integral_value() / 2
    payment = chance.choice((CARD, CARD, CASH))
    tip = round(fare / 5, 2) if payment == CARD else Decimal(0)
    trip_type = chance.choice((STREET_HAIL,) * 9 + (DISPATCH,))
    return {
        "VendorID": chance.choice((1, 2)),
        "lpep_pickup_datetime": begin,
        "lpep_dropoff_datetime": begin + timedelta(seconds=int(miles * 240)),
        "store_and_fwd_flag": "N",
        "RatecodeID": 1 if trip_type == STREET_HAIL else 5,
        "PULocationID": chance.choice(PLACES),
        "DOLocationID": chance.choice(PLACES),
        "passenger_count": chance.choice((1, 1, 1, 2, 5)),
        "trip_distance": miles,
        "fare_amount": fare,
        "extra": EXTRA,
        "mta_tax": TAX,
        "tip_amount": tip,
        "tolls_amount": 0,
        "ehail_fee": "",
        "improvement_surcharge": SURCHARGE,
        "total_amount": fare + EXTRA + TAX + SURCHARGE + tip,
        "payment_type": payment,
        "trip_type": trip_type,
        LATER: 0,
    }


def write_month(folder: Path, month: str, has_later: bool) -> None:
    """Write the file of a month."""
    chance = random.Random(f"{SEED} {month}")  # noqa: S311 - invented rides, no secrets
    rows = [ride(chance, month) | WRONG.get(number, {}) for number in range(ROWS)]
    columns = [name for name in rows[0] if has_later or name != LATER]
    with (folder / f"green_tripdata_{month}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(arguments: list[str]) -> None:
    """Write all files into the folder given, else beside this script."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    for month, has_later in MONTHS.items():
        write_month(folder, month, has_later)


if __name__ == "__main__":
    main(sys.argv[1:])
