"""Spark job: count the irises of each class.

    spark-submit transform.py IRISES_IN OUT

IRISES_IN  CSV without a header: SEPAL_LENGTH, SEPAL_WIDTH, PETAL_LENGTH, PETAL_WIDTH (cm), CLASS_NAME. A blank line is
           no iris; a measure may be missing, the class may not.
OUT        parquet, one file, replaced by each run: CLASS_NAME (string), CLASS_COUNT (bigint), sorted by the first.
           It stays as it was when IRISES_IN holds anything that is no iris.

Exit status: 0 done, 1 unusable input, 2 wrong arguments. One file, Python 3.9: what EMR 7 runs.
"""

from __future__ import annotations

import argparse
import sys
from functools import reduce
from operator import and_

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (the name that every Spark user knows)

MEASURES = ("SEPAL_LENGTH", "SEPAL_WIDTH", "PETAL_LENGTH", "PETAL_WIDTH")
CLASS = "CLASS_NAME"
CLASSES = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
# Where Spark puts a line that does not have five fields.
MISFIT = "MISFIT"
ROW = ", ".join(f"{name} string" for name in (*MEASURES, CLASS, MISFIT))
COUNTS = f"{CLASS} string, CLASS_COUNT bigint"
SHOWN = 3


def read(spark: SparkSession, source: str) -> DataFrame:
    """Read lines as texts; the column MISFIT holds a line that has not five fields."""
    options = {"ignoreLeadingWhiteSpace": True, "ignoreTrailingWhiteSpace": True, "columnNameOfCorruptRecord": MISFIT}
    return spark.read.schema(ROW).options(**options).csv(source)


def count(lines: DataFrame) -> list[tuple[str, int]]:
    """Count the irises of each class, sorted by class.

    Raises ValueError when there are none, or when a line is no iris; the message shows the first such lines.
    """
    name = F.when(_is_iris(), F.col(CLASS)).alias(CLASS)
    counts = {row[0]: row[1] for row in lines.groupBy(name).count().collect()}
    if None in counts:
        shown = " | ".join(row[0] for row in lines.where(~_is_iris()).select(_line()).limit(SHOWN).collect())
        raise ValueError(
            f"lines that are no irises: {counts[None]}, for example {shown}; classes: {', '.join(CLASSES)}"
        )
    if not counts:
        raise ValueError("there are no rows")
    return sorted(counts.items())


def _is_iris() -> Column:
    """Whether a line has five fields, each measure is a number or missing, and the class is known."""
    measures = [F.expr(f"{name} IS NULL OR try_cast({name} AS double) IS NOT NULL") for name in MEASURES]
    known = F.coalesce(F.col(CLASS).isin(*CLASSES), F.lit(False))
    return reduce(and_, measures, F.col(MISFIT).isNull() & known)


def _line() -> Column:
    """The line as it was written, but for blanks around its fields."""
    fields = [F.coalesce(F.col(name), F.lit("")) for name in (*MEASURES, CLASS)]
    return F.coalesce(F.col(MISFIT), F.concat_ws(",", *fields))


def run(spark: SparkSession, source: str, target: str) -> None:
    """Count the irises at `source` and replace the counts at `target`.

    All is counted before anything is replaced: Spark empties a folder before it writes to it.
    """
    counts = count(read(spark, source))
    spark.createDataFrame(counts, COUNTS).coalesce(1).write.mode("overwrite").parquet(target)
    print(f"wrote {len(counts)} classes of {sum(number for _, number in counts)} irises to {target}")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"{self.prog}: {message}\n")


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """Read the command line; exits with status 2 on wrong arguments."""
    parser = _Parser(prog="transform.py", description="Count the irises of each class.")
    parser.add_argument("source", metavar="IRISES_IN", help="CSV file or folder, without a header")
    parser.add_argument("target", metavar="OUT", help="parquet folder to replace")
    arguments = parser.parse_args(argv)
    if f"{arguments.source.rstrip('/')}/".startswith(f"{arguments.target.rstrip('/')}/"):
        parser.error(f"OUT {arguments.target} would replace IRISES_IN {arguments.source}; give another folder")
    return arguments


def main(argv: list[str]) -> int:
    """Run the job on a Spark session and return its exit status."""
    arguments = parse_arguments(argv)
    spark = SparkSession.builder.appName("iris transform").getOrCreate()
    try:
        run(spark, arguments.source, arguments.target)
    except (AnalysisException, ValueError) as error:
        print(f"transform.py: cannot use {arguments.source}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
