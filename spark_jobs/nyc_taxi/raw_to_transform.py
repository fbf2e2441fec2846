"""Glue job: raw green taxi rides, as the city publishes them (CSV), to one typed table (parquet).

    --source    s3:// folder of CSV files with a header, plain or .gz. Columns go by name, not by position.
    --target    s3:// folder, replaced by each run: the rides, typed as `RIDE`, sorted, in one parquet file.
    --rejected  s3:// folder, replaced by each run: the rows that are no rides, as JSON, each with its `reason`.

Prices are decimals in USD, because sums of doubles depend on the order of the rows. Times are New York's wall
clock, kept as if they were UTC. Unknown columns are left out; the log names them and counts the rejected rows.
A source without any ride fails the job, so that nothing behind it replaces a good table by an empty one.

One file, Python 3.11, Spark 3.5: what Glue 5 runs.
"""

from __future__ import annotations

import sys

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name that every Spark user knows)

# Up to 999,999.99: a sum of ten thousand million of them still fits into decimal(18,2).
MONEY = "decimal(8,2)"

# Column → its Spark SQL type, in the order of the raw files.
RIDE = {
    "vendorid": "bigint",
    "lpep_pickup_datetime": "timestamp",
    "lpep_dropoff_datetime": "timestamp",
    "store_and_fwd_flag": "string",
    "ratecodeid": "bigint",
    "pulocationid": "bigint",
    "dolocationid": "bigint",
    "passenger_count": "bigint",
    "trip_distance": "double",
    "fare_amount": MONEY,
    "extra": MONEY,
    "mta_tax": MONEY,
    "tip_amount": MONEY,
    "tolls_amount": MONEY,
    "ehail_fee": MONEY,
    "improvement_surcharge": MONEY,
    "total_amount": MONEY,
    "payment_type": "bigint",
    "trip_type": "bigint",
}
# A row without one of these says nothing about a fare; the others may be blank.
REQUIRED = (
    "lpep_pickup_datetime",
    "lpep_dropoff_datetime",
    "pulocationid",
    "fare_amount",
    "payment_type",
    "trip_type",
)

# Type → how its values are spelled, and what messages call it. Spark's own casts take more: NaN, 1e400, "12:30".
SPELLING = {
    "bigint": (r"^\d{1,18}(\.0*)?$", "whole number"),
    "double": (r"^[+-]?(\d{1,15}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$", "number"),
    "timestamp": (r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$", "date with a time"),
    MONEY: (r"^[+-]?(\d{1,6}(\.\d{0,2}0*)?|\.\d{1,2}0*)$", "amount in dollars and cents"),
}

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # The default, EXCEPTION, fails the job on a date before 1900.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}


def column_name(raw: str) -> str:
    """Give the name of a column as `RIDE` spells it: headers differ in case, blanks and a byte order mark."""
    return raw.strip("\ufeff \t\r\"'").lower().replace(" ", "_")


def as_texts(raw: DataFrame) -> DataFrame:
    """Give the columns of `RIDE` as texts without blanks around; blank is null.

    Raises ValueError if a required column is not there.
    """
    if not raw.columns:
        raise ValueError("there is no raw file, or all of them are empty")
    numbered = raw.toDF(*[f"c{index}" for index in range(len(raw.columns))])
    spellings: dict[str, list[Column]] = {name: [] for name in RIDE}
    for index, name in enumerate(raw.columns):
        if column_name(name) in spellings:
            spellings[column_name(name)].append(_text(F.col(f"c{index}")))
    missing = [name for name in REQUIRED if not spellings[name]]
    if missing:
        raise ValueError(f"the raw files lack the columns {', '.join(missing)}; they have: {', '.join(raw.columns)}")
    # Files that spell a header differently bring a column each; a row has a value in one of them.
    found = [F.coalesce(*columns, F.lit(None).cast("string")).alias(name) for name, columns in spellings.items()]
    return numbered.select(*found)


def left_out(raw: DataFrame) -> list[str]:
    """Give the columns that `RIDE` does not have, as the raw files spell them."""
    return [name for name in raw.columns if column_name(name) not in RIDE]


def judge(texts: DataFrame) -> DataFrame:
    """Give each row of `as_texts` as the typed columns of `RIDE`, its texts as `raw`, and a `reason`.

    The reason is the first one to reject the row; null for a ride.
    """
    typed = [_typed(name, kind).alias(name) for name, kind in RIDE.items()]
    rows = texts.select(F.struct(*RIDE).alias("raw"), *typed)
    return rows.withColumn("reason", F.coalesce(*_reasons()))


def rides(judged: DataFrame) -> DataFrame:
    """Give the rows of `judge` that are rides: sorted by every column, so that a rerun writes the same bytes."""
    kept = judged.where(F.col("reason").isNull()).select(*RIDE)
    return kept.repartition(1).sortWithinPartitions(*RIDE)


def rejected(judged: DataFrame) -> DataFrame:
    """Give the other rows as texts, each with its reason; sorted like `rides`."""
    kept = judged.where(F.col("reason").isNotNull()).select("reason", "raw.*")
    return kept.repartition(1).sortWithinPartitions("reason", *RIDE)


def count_reasons(judged: DataFrame) -> dict[str | None, int]:
    """Count the rows of `judge` by reason, most frequent first; None stands for the rides."""
    counts = {row["reason"]: row["count"] for row in judged.groupBy("reason").count().collect()}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0] or "")))


def _text(column: Column) -> Column:
    trimmed = F.regexp_replace(column.cast("string"), r"^\s+|\s+$", "")
    return F.when(trimmed != "", trimmed)


def _typed(name: str, kind: str) -> Column:
    """Read a text as its type; null when it is not spelled so."""
    if kind == "string":
        return F.col(name)
    # 3.0 is how pandas writes a whole number in a column with gaps.
    text = f"split_part(`{name}`, '.', 1)" if kind == "bigint" else f"`{name}`"
    # try_cast, as a plain cast of 2024-02-30 fails the whole job in ANSI mode.
    return F.when(F.col(name).rlike(SPELLING[kind][0]), F.expr(f"try_cast({text} AS {kind})"))


def _reasons() -> list[Column]:
    """Give one column for each way to reject a row: its reason, or null."""
    header = F.lower("raw.fare_amount") == "fare_amount"
    reasons = [F.when(header, F.lit("repeated header"))]
    for name, kind in RIDE.items():
        text, value = F.col(f"raw.{name}"), F.col(name)
        if name in REQUIRED:
            reasons.append(F.when(text.isNull(), F.lit(f"{name} is missing")))
        if kind in SPELLING:
            wrong = text.isNotNull() & value.isNull()
            reasons.append(F.when(wrong, F.lit(f"{name} is no {SPELLING[kind][1]}")))
    backwards = F.col("lpep_dropoff_datetime") < F.col("lpep_pickup_datetime")
    reasons.append(F.when(F.col("fare_amount") < 0, F.lit("fare_amount is negative")))
    return [*reasons, F.when(backwards, F.lit("drop-off before pick-up"))]


def run(spark: SparkSession, raw: DataFrame, target: str, rejects: str) -> None:
    """Replace the tables at `target` and `rejects`, and tell on stdout what became of the rows."""
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    # Not cached: jobs that share a Spark would find a killed run's cache, made from files that have changed since.
    judged = judge(as_texts(raw))
    counts = count_reasons(judged)
    report(raw, counts, rejects)
    rejected(judged).write.mode("overwrite").json(rejects)
    if not counts.get(None):
        raise ValueError(f"none of the {sum(counts.values()):,} raw rows is a ride; {target} stays as it was")
    rides(judged).write.mode("overwrite").parquet(target)
    print(f"wrote {counts[None]:,} rides to {target}")


def report(raw: DataFrame, counts: dict[str | None, int], rejects: str) -> None:
    """Print what is left out, and how many rows are rejected for which reason."""
    if names := left_out(raw):
        print(f"left out the columns {', '.join(names)}: the table of rides has none of these")
    wrong = {reason: count for reason, count in counts.items() if reason}
    if not wrong:
        return
    print(f"rejected {sum(wrong.values()):,} of {sum(counts.values()):,} rows, see {rejects}")
    for reason, count in wrong.items():
        print(f"  {count:,}: {reason}")


def check_folders(source: str, target: str, rejects: str) -> None:
    """Raise ValueError if a folder that is replaced holds another one."""
    names = {"source": source, "target": target, "rejected": rejects}
    for name in ("target", "rejected"):
        for other in names.keys() - {name}:
            if f"{names[other].rstrip('/')}/".startswith(f"{names[name].rstrip('/')}/"):
                raise ValueError(f"--{name} {names[name]} would replace --{other} {names[other]}")


def main(argv: list[str]) -> None:
    """Run as a Glue job; what it raises is the run's error message."""
    # Here, because only Glue and the local cloud have this library.
    from awsglue.context import GlueContext
    from awsglue.job import Job
    from awsglue.utils import getResolvedOptions
    from pyspark.context import SparkContext

    options = getResolvedOptions(argv, ["JOB_NAME", "source", "target", "rejected"])
    source, target, rejects = options["source"], options["target"], options["rejected"]
    check_folders(source, target, rejects)
    glue = GlueContext(SparkContext.getOrCreate())
    job = Job(glue)
    job.init(options["JOB_NAME"], options)
    frame = glue.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [source], "recurse": True},
        format="csv",
        format_options={"withHeader": True, "separator": ",", "quoteChar": '"'},
    )
    run(glue.spark_session, frame.toDF(), target, rejects)
    job.commit()


if __name__ == "__main__":
    main(sys.argv)
