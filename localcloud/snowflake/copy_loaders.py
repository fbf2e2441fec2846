"""Where the values of a row come from, for each kind of COPY."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakesnow.dialect import parse_one
from sqlglot import exp

from localcloud.snowflake import readers, stages
from localcloud.snowflake.copy_options import CopyOptions
from localcloud.snowflake.copy_rows import Loader, Target, Value
from localcloud.snowflake.errors import syntax, unsupported
from localcloud.snowflake.formats import FileFormat
from localcloud.snowflake.storage import StoredFile
from localcloud.snowflake.text import identifier

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

_VIEW = "_fs_copy"


class CsvLoader(Loader):
    """Fields to columns by their place."""

    def source(self, file: StoredFile) -> str:
        """The text columns."""
        return f"({readers.csv_columns(self.format, [file], len(self.target.columns))})"

    def values(self, file: StoredFile) -> list[Value]:  # noqa: ARG002 - the signature of all of them
        """Field n into column n."""
        return [Value(name, kind, f"c{n}") for n, (name, kind) in enumerate(self.target.columns, 1)]


class NamedLoader(Loader):
    """MATCH_BY_COLUMN_NAME: columns without a partner in the file stay NULL."""

    sensitive = False

    def source(self, file: StoredFile) -> str:
        """The file's own columns."""
        return readers.named_columns(self.format, [file])

    def values(self, file: StoredFile) -> list[Value]:
        """The columns that both have."""
        fold = str if self.sensitive else str.upper
        there = {fold(name): (name, kind) for name, kind in readers.types(self.cursor.duck, self.source(file)).items()}
        found = [(name, kind, *there[fold(name)]) for name, kind in self.target.columns if fold(name) in there]
        if not found:
            raise syntax(f"No column of '{file.url}' ({', '.join(there)}) has the name of a column of the table.")
        return [Value(name, kind, _as_text(identifier(own), given, kind)) for name, kind, own, given in found]


class StrictlyNamedLoader(NamedLoader):
    """MATCH_BY_COLUMN_NAME = CASE_SENSITIVE."""

    sensitive = True


class VariantLoader(Loader):
    """A row of JSON or parquet into the one VARIANT column."""

    def source(self, file: StoredFile) -> str:
        """The staged rows."""
        return f"({readers.staged_rows(self.cursor.duck, self.format, [file])})"

    def values(self, file: StoredFile) -> list[Value]:  # noqa: ARG002 - the signature of all of them
        """The whole row."""
        if len(self.target.columns) != 1 or self.target.columns[0][1] != "JSON":
            raise syntax(
                f"{self.format.type} files load into one VARIANT column; for several columns use "  # noqa: S608 - quoted names
                "MATCH_BY_COLUMN_NAME or COPY INTO … FROM (SELECT $1:field::type … FROM @stage)."
            )
        return [Value(*self.target.columns[0], '"VALUE"')]


@dataclass(frozen=True)
class QueryLoader(Loader):
    """COPY INTO t FROM (SELECT … FROM @stage)."""

    query: str = ""

    def source(self, file: StoredFile) -> str:
        """The query's rows, over a view of this one file, with their columns named `v1` …"""
        rows = readers.staged_rows(self.cursor.duck, self.format, [file])
        self.cursor.duck.execute(f"CREATE OR REPLACE TEMP VIEW {_VIEW} AS {rows}")
        names = ", ".join(f"v{n}" for n in range(1, len(self.target.columns) + 1))
        return f"(SELECT * FROM ({self.query}) AS _q({names}))"  # noqa: S608 - quoted names

    def values(self, file: StoredFile) -> list[Value]:
        """Expression n into column n."""
        given = readers.types(self.cursor.duck, self.source(file))
        columns = zip(self.target.columns, given.items(), strict=True)
        return [Value(name, kind, _as_text(own, type_, kind)) for (name, kind), (own, type_) in columns]


def _as_text(expression: str, given: str, wanted: str) -> str:
    """A variant that becomes something else loses its JSON quotes."""
    return f"({expression} ->> '$')" if given == "JSON" != wanted else expression


def loader(cursor: LocalCursor, target: Target, form: FileFormat, wanted: CopyOptions, query: str | None) -> Loader:
    """The loader for a statement."""
    if query is not None:
        if wanted.match != "NONE":
            raise unsupported("MATCH_BY_COLUMN_NAME with a SELECT", "list the columns in the SELECT")
        return QueryLoader(cursor, target, form, wanted.on_error, query=_translated(cursor, query, len(target.columns)))
    if wanted.match != "NONE":
        named = StrictlyNamedLoader if wanted.match == "CASE_SENSITIVE" else NamedLoader
        return named(cursor, target, form, wanted.on_error)
    kind = CsvLoader if form.type == "CSV" else VariantLoader
    return kind(cursor, target, form, wanted.on_error)


def _translated(cursor: LocalCursor, query: str, count: int) -> str:
    select = parse_one(query)
    if len(select.expressions) != count:
        raise syntax(f"The SELECT of COPY has {len(select.expressions)} columns, the table {count}.")
    for table in [table for table in select.find_all(exp.Table) if stages.is_stage(table)]:
        table.replace(stages.view_table(_VIEW, table))
    return cursor.translate(stages.positions_as_columns(select))
