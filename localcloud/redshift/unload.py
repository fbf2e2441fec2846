"""UNLOAD: the rows of a query into objects of S3; all of them appear at the end, or none."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from localcloud.redshift.columns import ResultColumn
from localcloud.redshift.errors import SYNTAX_ERROR, SqlError
from localcloud.redshift.quoting import name
from localcloud.redshift.statements import Action, Context
from localcloud.redshift.unload_files import Output
from localcloud.redshift.unload_options import UnloadOptions

_NUMERIC = 1700
_BATCH_ROWS = 5000
_UNESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Unload(Action):
    """The statement: the query for PostgreSQL, where its rows go, how."""

    query: str
    url: str
    options: UnloadOptions

    async def run(self, context: Context) -> str:
        """Unload. SqlError or BackendError if anything is wrong, with no object written."""
        columns = await self._columns(context)
        output = await asyncio.to_thread(Output, context.s3, self.url, columns, self.options)
        try:
            rows = await self._write(context, output)
            await asyncio.to_thread(output.publish)
        finally:
            await asyncio.to_thread(output.discard)
        context.notice(f"UNLOAD completed, {rows} record(s) unloaded successfully.")
        return "UNLOAD"

    async def _columns(self, context: Context) -> list[ResultColumn]:
        columns = await context.backend.describe(self.query)
        names = [column.name for column in columns]
        missing = [column for column in self.options.partition if column not in names]
        if missing:
            raise SqlError(SYNTAX_ERROR, f'column "{missing[0]}" of PARTITION BY is not among the columns of the query')
        if len(set(names)) < len(names) and self.options.form in ("PARQUET", "JSON"):
            raise SqlError(SYNTAX_ERROR, f"UNLOAD with {self.options.form} needs columns with different names")
        return [await self._sized(context, column) for column in columns]

    async def _sized(self, context: Context, column: ResultColumn) -> ResultColumn:
        """A computed number has no scale of its own: take the largest that occurs."""
        if column.type != _NUMERIC or column.modifier != -1 or self.options.form != "PARQUET":
            return column
        text = f"SELECT coalesce(max(scale({name(column.name)})), 0) FROM ({self.query}) AS unloaded"  # noqa: S608 - its own words
        ((scale,),) = await context.backend.run(text)
        return column._replace(modifier=(38 << 16 | min(int(str(scale)), 37)) + 4)

    async def _write(self, context: Context, output: Output) -> int:
        batch: list[Sequence[str | None]] = []
        rows = 0
        async for line in context.backend.copy_out(f"COPY ({self.query}) TO STDOUT"):
            batch.append(_fields(line))
            rows += 1
            if len(batch) == _BATCH_ROWS:
                await asyncio.to_thread(output.write, batch)
                batch = []
        await asyncio.to_thread(output.write, batch)
        return rows


def _fields(line: bytes) -> list[str | None]:
    """The values of a line in PostgreSQL's text format."""
    text = line.decode().removesuffix("\n")
    return [None if field == "\\N" else _plain(field) for field in text.split("\t")]


def _plain(field: str) -> str:
    if "\\" not in field:
        return field
    return _ESCAPE.sub(lambda found: _UNESCAPED.get(found[1], found[1]), field)
