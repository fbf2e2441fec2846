"""The account on disk: it survives restarts, and the server's sudden death."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import duckdb
from fakesnow import info_schema
from fakesnow.transforms import show
from fakesnow.transforms import stage as internal_stages
from snowflake.connector.errors import ProgrammingError

from localcloud.layout import SetupError
from localcloud.snowflake import databases, external_registry, external_views, locations
from localcloud.snowflake.connection import Account, LocalSnow

log = logging.getLogger(__name__)
_OWN_TABLES = (locations.TABLES, external_registry.TABLES)
_LOCKED = re.compile(r"Conflicting lock is held in (.+?) \(PID (\d+)\)")


def open_account(account: Account) -> LocalSnow:
    """Open all databases below the account's folder. SetupError if another process has them open."""
    account.folder.mkdir(parents=True, exist_ok=True)
    # fakesnow would keep internal stages in a folder that a restart forgets
    internal_stages.LOCAL_BUCKET_PATH = str(account.folder.parent / "stages")
    snow = LocalSnow(account)
    try:
        _attach_all(snow.duck_conn, account.folder)
    except duckdb.IOException as error:
        raise SetupError(_why(error, account.folder)) from error
    _repoint_external_tables(snow)
    return snow


def close(snow: LocalSnow) -> None:
    """Write everything out."""
    snow.duck_conn.close()


def _attach_all(duck: duckdb.DuckDBPyConnection, folder: Path) -> None:
    duck.execute(f"DETACH {databases.GLOBAL}")
    databases.attach(duck, folder, databases.GLOBAL)
    duck.execute(info_schema.fs_global_creation_sql())
    duck.execute(show.fs_global_creation_sql())
    for table in _OWN_TABLES:
        duck.execute(table)
    for file in sorted(folder.glob("*.db")):
        if file.stem != databases.GLOBAL:
            databases.attach(duck, folder, file.stem)


def _repoint_external_tables(snow: LocalSnow) -> None:
    """The views hold paths: after a move of the S3 folder they must follow it."""
    account = snow.account
    mark = account.folder.parent / "s3-root"
    if mark.exists() and mark.read_text() == str(account.storage.root):
        return
    cursor = snow.connect().cursor()
    for table in external_registry.below(cursor.duck, None, None):
        try:
            cursor.connection.use(*table.name[:2])
            external_views.build(cursor, table)
        except (duckdb.Error, ProgrammingError) as error:
            log.warning("external table %s needs a REFRESH: %s", table.name.name, error)
    cursor.connection.close()
    mark.write_text(str(account.storage.root))


def _why(error: duckdb.IOException, folder: Path) -> str:
    if found := _LOCKED.search(str(error)):
        return f"another local Snowflake (process {found[2]}) serves {folder.parent}: stop it or choose another --root"
    return f"cannot open the databases in {folder}: {str(error).partition(chr(10))[0]}"
