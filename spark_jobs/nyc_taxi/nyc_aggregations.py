"""Spark job: the fares of green taxi rides, summed up.

    spark-submit nyc_aggregations.py RIDES_IN OUT

RIDES_IN  parquet, the output of raw_to_transform.py.
OUT       parquet, one file, replaced by each run: pulocationid, trip_type, payment_type (bigint) and
          total_fare_amount (decimal(18,2), USD), sorted by the first three. Redshift's COPY takes these types as
          bigint and decimal(18,2). Decimals, as a sum of doubles depends on the order of the rows.

Exit status: 0 done, 1 unusable input, 2 wrong arguments. One file, Python 3.9: what EMR 7 runs.
"""

from __future__ import annotations

import argparse
import sys

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name that every Spark user knows)

KEYS = ("pulocationid", "trip_type", "payment_type")
FARE = "fare_amount"
NEEDED = dict.fromkeys(KEYS, "bigint") | {FARE: "decimal(8,2)"}


def aggregate(rides: DataFrame) -> DataFrame:
    """Give the sum of the fares for each place of pick-up, trip type and payment type, in one sorted partition.

    Raises ValueError if a column is missing or has another type.
    """
    found = dict(rides.dtypes)
    wrong = [f"{name} {kind}" for name, kind in NEEDED.items() if found.get(name) != kind]
    if wrong:
        columns = ", ".join(f"{name} {kind}" for name, kind in found.items())
        raise ValueError(f"it needs {', '.join(wrong)}, but has: {columns}")
    totals = rides.groupBy(*KEYS).agg(F.sum(FARE).alias("total_fare_amount"))
    return totals.repartition(1).sortWithinPartitions(*KEYS)


def run(spark: SparkSession, source: str, target: str) -> None:
    """Read the rides at `source` and replace the sums at `target`."""
    aggregate(spark.read.parquet(source)).write.mode("overwrite").parquet(target)
    print(f"wrote the sums of {source} to {target}")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"{self.prog}: {message}\n")


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """Read the command line; exits with status 2 on wrong arguments."""
    parser = _Parser(prog="nyc_aggregations.py", description="Sum up the fares of green taxi rides.")
    parser.add_argument("source", metavar="RIDES_IN", help="parquet that raw_to_transform.py wrote")
    parser.add_argument("target", metavar="OUT", help="parquet folder to replace")
    arguments = parser.parse_args(argv)
    if f"{arguments.source.rstrip('/')}/".startswith(f"{arguments.target.rstrip('/')}/"):
        parser.error(f"OUT {arguments.target} would replace RIDES_IN {arguments.source}; give another folder")
    return arguments


def main(argv: list[str]) -> int:
    """Run the job on a Spark session and return its exit status."""
    arguments = parse_arguments(argv)
    spark = SparkSession.builder.appName("nyc aggregations").getOrCreate()
    try:
        run(spark, arguments.source, arguments.target)
    except (AnalysisException, ValueError) as error:
        print(f"nyc_aggregations.py: cannot use {arguments.source}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
