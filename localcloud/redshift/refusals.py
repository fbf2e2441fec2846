"""What Redshift or the local Redshift has not: refused by name, never run otherwise than Redshift would."""

from __future__ import annotations

from collections.abc import Iterator

from localcloud.redshift import words
from localcloud.redshift.errors import unsupported
from localcloud.redshift.machine import refuse_machine
from localcloud.redshift.parsed import Parsed

_ABSENT_IN_REDSHIFT = (
    "INDEX", "UNIQUE", "TRIGGER", "EXTENSION", "RULE", "TABLESPACE", "SEQUENCE", "TYPE", "DOMAIN", "CAST", "OPERATOR",
    "AGGREGATE", "COLLATION", "EVENT", "SERVER", "FOREIGN", "PUBLICATION", "SUBSCRIPTION", "STATISTICS", "UNLOGGED",
    "CONVERSION", "POLICY", "LANGUAGE",
)  # fmt: skip
_VERBS_ABSENT_IN_REDSHIFT = (
    "DO", "LISTEN", "NOTIFY", "REINDEX", "CLUSTER", "LOAD", "SECURITY", "CHECKPOINT", "IMPORT",
)  # fmt: skip
_ABSENT_HERE = ("DATASHARE", "MODEL", "LIBRARY", "MASKING", "RLS", "IDENTITY")
_SHOWS = (
    "TABLES", "SCHEMAS", "COLUMNS", "DATABASES", "TABLE", "VIEW", "GRANTS", "PROCEDURE", "MODEL", "DATASHARES",
)  # fmt: skip
# PostgreSQL would run most of these: a pipeline must not come to need them
_CLAUSES: dict[tuple[str, ...], str] = {
    ("ON", "CONFLICT"): "INSERT … ON CONFLICT, which Redshift has not: use MERGE",
    ("DISTINCT", "ON", "("): "SELECT DISTINCT ON, which Redshift has not: use QUALIFY ROW_NUMBER()",
    ("FILTER", "("): "FILTER (WHERE …), which Redshift has not: use CASE within the aggregate",
    ("PIVOT", "("): "PIVOT",
    ("UNPIVOT", "("): "UNPIVOT",
    ("CONNECT", "BY"): "CONNECT BY: use WITH RECURSIVE",
    ("EXCLUDE", "("): "SELECT * EXCLUDE",
}


def refuse(parsed: Parsed) -> None:
    """SqlError if the statement, or a clause of it, is not supported."""
    for keywords, what, hint in _statements():
        if words.starts_with(parsed.words, *keywords):
            raise unsupported(what, hint)
    for keywords, what in _CLAUSES.items():
        if parsed.has(*keywords):
            raise unsupported(what)
    if parsed.words[0].upper in ("INSERT", "UPDATE", "DELETE") and parsed.has("RETURNING"):
        raise unsupported("RETURNING, which Redshift has not")
    refuse_machine(parsed.words)


def _statements() -> Iterator[tuple[tuple[str, ...], str, str]]:
    """First keywords, what they are called, and what helps."""
    yield ("ALTER", "SYSTEM"), "ALTER SYSTEM", "Its settings would outlive a restart: SET holds for the session."
    yield ("CREATE", "EXTERNAL"), "CREATE EXTERNAL …", "Load the data by COPY."
    for verb in ("CREATE", "ALTER", "DROP"):
        yield from (((verb, what), f"{verb} {what}", "") for what in _ABSENT_HERE)
    yield from ((("CREATE", what), f"CREATE {what}, which Redshift has not", "") for what in _ABSENT_IN_REDSHIFT)
    yield from (((verb,), f"{verb}, which Redshift has not", "") for verb in _VERBS_ABSENT_IN_REDSHIFT)
    yield from ((("SHOW", what), f"SHOW {what}", "Query svv_tables, svv_columns or pg_table_def.") for what in _SHOWS)
