"""Spark job: turn iTunes search hits, stored as JSON text, into the typed table Itunes_Flat.

    spark-submit transform_raw.py IN OUT

IN   parquet with one text column, `json_blob`: one hit of the iTunes Search API per row.
OUT  parquet with the columns of `COLUMNS`, replaced by each run. Prices are in the hit's currency
     (-1.0: not for sale), times in UTC.

Exit status: 0 done, 1 unusable input, 2 wrong arguments. One file, Python 3.9: what EMR 7 runs.
"""

from __future__ import annotations

import argparse
import sys

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name that every Spark user knows)
from pyspark.sql import types as T  # noqa: N812

# Key of a hit → column of the table and its Spark SQL type.
COLUMNS = {
    "wrapperType": ("wrapper_type", "string"),
    "kind": ("kind", "string"),
    "artistId": ("artist_id", "bigint"),
    "collectionId": ("collection_id", "bigint"),
    "trackId": ("track_id", "bigint"),
    "artistName": ("artist_name", "string"),
    "collectionName": ("collection_name", "string"),
    "trackName": ("track_name", "string"),
    "collectionCensoredName": ("collection_censored_name", "string"),
    "trackCensoredName": ("track_censored_name", "string"),
    "artistViewUrl": ("artist_view_url", "string"),
    "collectionViewUrl": ("collection_view_url", "string"),
    "trackViewUrl": ("track_view_url", "string"),
    "collectionPrice": ("collection_price", "double"),
    "collectionHdPrice": ("collection_HD_price", "double"),
    "trackPrice": ("track_price", "double"),
    "trackHdPrice": ("track_HD_price", "double"),
    "currency": ("currency", "string"),
    "country": ("country", "string"),
    "releaseDate": ("release_date", "timestamp"),
    "collectionExplicitness": ("collection_explicitness", "string"),
    "trackExplicitness": ("track_explicitness", "string"),
    "contentAdvisoryRating": ("content_advisory_rating", "string"),
    "discCount": ("disc_count", "int"),
    "discNumber": ("disc_number", "int"),
    "trackCount": ("track_count", "int"),
    "trackNumber": ("track_number", "int"),
    "trackTimeMillis": ("track_time_millis", "int"),
    "primaryGenreName": ("primary_genre_name", "string"),
    "isStreamable": ("is_streamable", "boolean"),
}

# Spark is more lenient than JSON by default: it takes 'single quotes' and NaN.
STRICT_JSON = {"mode": "PERMISSIVE", "allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # The default, EXCEPTION, fails the job on a release date before 1900.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}


def parse_blobs(blobs: DataFrame) -> DataFrame:
    """Parse each `json_blob` into `hit`, a map of key to value as text; null if it is no JSON object."""
    # Spark stops reading at an object's end. As the first of two it is read to the end of the blob.
    pair = F.concat(F.lit("["), "json_blob", F.lit(", {}]"))
    hits = F.from_json(pair, "array<map<string, string>>", STRICT_JSON)
    return blobs.select(F.when(F.size(hits) == 2, F.get(hits, 0)).alias("hit"))


def count_blobs(parsed: DataFrame) -> tuple[int, int]:
    """Count the rows of `parse_blobs`: all of them, and those that are no JSON objects."""
    row = parsed.agg(F.count(F.lit(1)), F.count_if(F.col("hit").isNull())).first()
    return (row[0], row[1]) if row else (0, 0)


def flatten(parsed: DataFrame) -> DataFrame:
    """Give each hit of `parse_blobs` as one typed row of `COLUMNS`; leave out what is no JSON object."""
    hits = parsed.where(F.col("hit").isNotNull())
    return hits.select(*[_value(key, kind).alias(name) for key, (name, kind) in COLUMNS.items()])


def _value(key: str, kind: str) -> Column:
    """Read one key of the hit; null if it is missing or does not fit the type."""
    # try_cast, as a plain cast fails the whole job in ANSI mode.
    value = F.expr(f"try_cast(hit['{key}'] AS {kind})")
    if kind == "timestamp":
        # Spark reads "12:30" as today at 12:30, so a day must be given.
        return F.when(F.col("hit")[key].rlike(r"^\d{4}-\d{2}-\d{2}"), value)
    if kind == "double":
        # NaN and infinity, which text can spell, are no prices; in Spark NaN is above infinity.
        return F.when(F.abs(value) < F.lit(float("inf")), value)
    return value


def read_blobs(spark: SparkSession, source: str) -> DataFrame:
    """Read the parquet of blobs at `source`; ValueError if it has no text column `json_blob`."""
    blobs = spark.read.parquet(source)
    found = {field.name: field.dataType for field in blobs.schema}
    if not isinstance(found.get("json_blob"), T.StringType):
        columns = ", ".join(f"{name} {kind.simpleString()}" for name, kind in found.items())
        raise ValueError(f"it needs a column `json_blob string`, but has: {columns}")
    return blobs


def run(spark: SparkSession, source: str, target: str) -> None:
    """Read the blobs at `source`, report on stdout, replace the table at `target`."""
    parsed = parse_blobs(read_blobs(spark, source))
    total, bad = count_blobs(parsed)
    if bad:
        print(f"{bad} of {total} blobs are not JSON objects; they are left out")
    flatten(parsed).write.mode("overwrite").parquet(target)
    print(f"wrote {total - bad} hits to {target}")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"{self.prog}: {message}\n")


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """Read the command line; exits with status 2 on wrong arguments."""
    parser = _Parser(prog="transform_raw.py", description="Turn iTunes hits into the table Itunes_Flat.")
    parser.add_argument("source", metavar="IN", help="parquet with the column json_blob")
    parser.add_argument("target", metavar="OUT", help="parquet folder to replace")
    arguments = parser.parse_args(argv)
    if f"{arguments.source.rstrip('/')}/".startswith(f"{arguments.target.rstrip('/')}/"):
        parser.error(f"OUT {arguments.target} would replace IN {arguments.source}; give another folder")
    return arguments


def main(argv: list[str]) -> int:
    """Run the job on a Spark session and return its exit status."""
    arguments = parse_arguments(argv)
    spark = SparkSession.builder.appName("itunes transform_raw").getOrCreate()
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    try:
        run(spark, arguments.source, arguments.target)
    except (AnalysisException, ValueError) as error:
        print(f"transform_raw.py: cannot use {arguments.source}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
