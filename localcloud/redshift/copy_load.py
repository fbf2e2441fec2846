"""COPY: objects from S3 into a table, inside the client's transaction; all rows or none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from localcloud.redshift import copy_json, copy_source, load_errors
from localcloud.redshift.backend import BackendError
from localcloud.redshift.copy_columns import Target, describe
from localcloud.redshift.copy_options import CopyOptions
from localcloud.redshift.copy_rejects import Rejects
from localcloud.redshift.copy_source import Source
from localcloud.redshift.copy_stream import Stream
from localcloud.redshift.quoting import name
from localcloud.redshift.statements import Action, Context

_NEXT_QUERY = "SELECT nextval('redshift_local.query_ids'), pg_backend_pid()"
_SET = "set_config('redshift_local.last_copy_{}', '{}', false)"


@dataclass(frozen=True)
class Copy(Action):
    """The statement: what is loaded, from where, how."""

    table: str
    names: tuple[str, ...]
    url: str
    options: CopyOptions

    async def run(self, context: Context) -> str:
        """Load. SqlError or BackendError if anything is wrong, with nothing loaded."""
        async with context.backend.atomic():
            target = await describe(
                context.backend, self.table, self.names, explicit_ids=self.options.has("EXPLICIT_IDS")
            )
            ((query, session),) = await context.backend.run(_NEXT_QUERY)
            sources = await asyncio.to_thread(self._sources, context)
            rejects = Rejects(target, self.options.max_error)
            try:
                loaded = await self._load(context, target, sources, rejects)
            finally:
                if rejects.found:
                    numbers = int(str(query)), int(str(session))
                    await asyncio.to_thread(load_errors.record, context.connect, *numbers, target, rejects.found)
            await context.backend.run(f"SELECT {_SET.format('count', loaded)}, {_SET.format('id', query)}")
        self._report(context, loaded, len(rejects.found))
        return "COPY"

    def _sources(self, context: Context) -> list[Source]:
        find = copy_source.of_manifest if self.options.manifest else copy_source.below
        return find(context.s3, self.url, columnar=self.options.form == "PARQUET")

    async def _load(self, context: Context, target: Target, sources: list[Source], rejects: Rejects) -> int:
        """Stream the rows; how many were loaded."""
        paths = await asyncio.to_thread(copy_json.read_paths, context.s3, self.options, len(target.columns))
        stream = Stream(target.columns, sources, self.options, paths, rejects)
        try:
            await context.backend.copy_in(self._text(target, rejects), _in_thread(stream.chunks()))
        except BackendError as error:
            rejects.explain(error, stream)
            raise
        rejects.take_notices(context.backend.notices, stream)
        rejects.check()
        return stream.rows - rejects.refused_by_postgres

    def _text(self, target: Target, rejects: Rejects) -> str:
        columns = ", ".join(name(column.name) for column in target.columns)
        return f"COPY {self.table} ({columns}) FROM STDIN WITH ({rejects.copy_options()})"

    def _report(self, context: Context, loaded: int, refused: int) -> None:
        head = f"Load into table '{self.table}' completed"
        context.notice(f"{head}, {loaded} record(s) loaded successfully.")
        if refused:
            where = "Check 'sys_load_error_detail' system table for details."
            context.notice(f"{head}, {refused} record(s) could not be loaded.  {where}", "WARNING")


async def _in_thread(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read and convert beside the event loop, so that other sessions go on."""
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk
