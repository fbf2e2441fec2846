"""spark-sql as a PySpark script: `-e` or `-f`, rows as tab-separated lines."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# a piece is a string, a comment, a semicolon or one other character
_PIECE = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--[^\n]*|/\*.*?\*/|.""",
    re.DOTALL,
)
_COMMENTS = ("--", "/*")


def split_statements(text: str) -> Iterator[str]:
    """The statements of a text, without comments (hints stay), split at semicolons outside of strings."""
    statement = ""
    for piece in [*_PIECE.findall(text), ";"]:
        if piece == ";":
            if statement.strip():
                yield statement.strip()
            statement = ""
        elif piece.startswith(_COMMENTS) and not piece.startswith("/*+"):
            statement += " "
        else:
            statement += piece


def substitute(text: str, variables: dict[str, str]) -> str:
    """Replace `${name}` and `${hivevar:name}` of the given variables."""
    return re.sub(r"\$\{(?:hivevar:|hiveconf:)?(\w+)\}", lambda m: variables.get(m[1], m[0]), text)


def main(arguments: list[str]) -> int:
    """Run the statements; 0 if all succeeded."""
    from pyspark.sql import SparkSession

    options = _parser().parse_args(arguments)
    text = options.e if options.e is not None else Path(options.f).read_text(encoding="utf-8")
    spark = SparkSession.builder.getOrCreate()
    if options.database:
        spark.sql(f"USE {options.database}")
    for statement in split_statements(substitute(text, dict(_pairs(options.define)))):
        for row in spark.sql(statement).collect():
            print("\t".join(_cell(value) for value in row))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="spark-sql")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("-e", help="the SQL text")
    source.add_argument("-f", help="a file with SQL text")
    parser.add_argument("-d", "--define", "--hivevar", "--hiveconf", action="append", default=[])
    parser.add_argument("--database")
    parser.add_argument("-S", "--silent", action="store_true")
    return parser


def _pairs(definitions: list[str]) -> Iterator[tuple[str, str]]:
    for definition in definitions:
        name, _, value = definition.partition("=")
        yield name, value


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
