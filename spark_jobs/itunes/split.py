"""Spark job: split the table Itunes_Flat into artists, collections or tracks.

    spark-submit split.py TABLE FLAT_IN OUT

TABLE    artists, collections or tracks.
FLAT_IN  parquet, the output of transform_raw.py.
OUT      a folder, replaced by each run, with one CSV file: a header and the distinct rows that have
         an id, sorted by it. Quotes are doubled, no backslash escapes, times ISO 8601 in UTC; null is empty.

Exit status: 0 done, 1 unusable input, 2 wrong arguments. One file, Python 3.9: what EMR 7 runs.
"""

from __future__ import annotations

import argparse
import sys

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name that every Spark user knows)

# Table → its columns; the first is its id.
TABLES = {
    "artists": ("artist_id", "artist_name", "artist_view_url", "country"),
    "collections": (
        "collection_id",
        "collection_name",
        "artist_name",
        "collection_censored_name",
        "collection_view_url",
        "collection_price",
        "collection_HD_price",
        "currency",
        "country",
        "collection_explicitness",
    ),
    "tracks": (
        "track_id",
        "track_name",
        "artist_name",
        "track_censored_name",
        "kind",
        "track_view_url",
        "track_price",
        "track_HD_price",
        "currency",
        "country",
        "release_date",
        "track_explicitness",
        "track_count",
        "track_number",
        "track_time_millis",
        "is_streamable",
        "content_advisory_rating",
    ),
}

CSV = {
    "header": True,
    "escape": '"',
    # Spark trims names by default.
    "ignoreLeadingWhiteSpace": False,
    "ignoreTrailingWhiteSpace": False,
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
}


def split(flat: DataFrame, table: str) -> DataFrame:
    """Give the distinct rows of `table` that have an id, in one sorted partition.

    Raises ValueError if `flat` lacks a column that the table needs.
    """
    columns = TABLES[table]
    missing = [name for name in columns if name not in flat.columns]
    if missing:
        raise ValueError(f"{table} needs the columns {', '.join(missing)}, which it lacks")
    rows = flat.select(*columns).where(F.col(columns[0]).isNotNull()).distinct()
    # Sorted by every column, so that a rerun writes the same bytes.
    return rows.repartition(1).sortWithinPartitions(*columns)


def run(spark: SparkSession, table: str, source: str, target: str) -> None:
    """Read the flat table at `source` and replace the CSV file in `target`."""
    rows = split(spark.read.parquet(source), table)
    rows.write.mode("overwrite").options(**CSV).csv(target)
    print(f"wrote {table} to {target}")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"{self.prog}: {message}\n")


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """Read the command line; exits with status 2 on wrong arguments."""
    parser = _Parser(prog="split.py", description="Split Itunes_Flat into one CSV file per table.")
    parser.add_argument("table", metavar="TABLE", choices=TABLES, help=", ".join(TABLES))
    parser.add_argument("source", metavar="FLAT_IN", help="parquet that transform_raw.py wrote")
    parser.add_argument("target", metavar="OUT", help="folder to replace")
    arguments = parser.parse_args(argv)
    if f"{arguments.source.rstrip('/')}/".startswith(f"{arguments.target.rstrip('/')}/"):
        parser.error(f"OUT {arguments.target} would replace FLAT_IN {arguments.source}; give another folder")
    return arguments


def main(argv: list[str]) -> int:
    """Run the job on a Spark session and return its exit status."""
    arguments = parse_arguments(argv)
    spark = SparkSession.builder.appName(f"itunes split {arguments.table}").getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    try:
        run(spark, arguments.table, arguments.source, arguments.target)
    except (AnalysisException, ValueError) as error:
        print(f"split.py: cannot use {arguments.source}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
