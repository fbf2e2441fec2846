"""Which statement is treated how: the first keywords decide."""

from __future__ import annotations

from collections.abc import Callable

from localcloud.redshift import copy_statement, tables, unload_statement, words
from localcloud.redshift.append import append
from localcloud.redshift.errors import SYNTAX_ERROR, SqlError, unsupported
from localcloud.redshift.parsed import Parsed
from localcloud.redshift.statements import Ignored, Plain, Script, Statement, Truncate

Command = Callable[[Parsed], Statement]
_SETTINGS_WITHOUT_MEANING = (
    "QUERY_GROUP", "WLM_QUERY_SLOT_COUNT", "ENABLE_RESULT_CACHE_FOR_SESSION", "ANALYZE_THRESHOLD_PERCENT",
    "ENABLE_VACUUM_BOOST", "DESCRIBE_FIELD_NAME_IN_UPPERCASE", "MV_ENABLE_AQMV_FOR_SESSION", "ENABLE_NUMERIC_ROUNDING",
    "QUERY_PRIORITY", "USE_FIPS_SSL", "AUTO_ANALYZE",
)  # fmt: skip
_CASE = "ENABLE_CASE_SENSITIVE_IDENTIFIER"


def _ignored(tag: str, what: str) -> Command:
    return lambda _: Ignored(tag, what)


def _vacuum(parsed: Parsed) -> Statement:
    """PostgreSQL's own VACUUM, without what only Redshift has to say."""
    kinds = ("FULL", "SORT", "ONLY", "DELETE", "REINDEX", "RECLUSTER")
    rest = [word for word in parsed.words[1:] if word.upper not in (*kinds, "BOOST")]
    to = words.find(rest, "TO")
    return Plain(f"VACUUM {parsed.rewriter.render(rest[:to])}".rstrip())


def _analyze(parsed: Parsed) -> Statement:
    if len(parsed.words) > 1 and parsed.words[1].upper == "COMPRESSION":
        raise unsupported("ANALYZE COMPRESSION")
    kept = [word for word in parsed.words[1:] if word.upper not in ("PREDICATE", "ALL", "COLUMNS")]
    return Plain(f"ANALYZE {parsed.rewriter.render(kept)}")


def _delete(parsed: Parsed) -> Statement:
    """FROM is optional in Redshift."""
    if words.starts_with(parsed.words, "DELETE", "FROM"):
        return Plain(parsed.render())
    return Plain(f"DELETE FROM {parsed.render(1)}")  # noqa: S608 - the client's own words


def _set(parsed: Parsed) -> Statement:
    name = parsed.words[1].upper if len(parsed.words) > 1 else ""
    if name == _CASE:
        parsed.context.case_sensitive = parsed.words[-1].text.lower() in ("true", "on", "1")
        return Ignored("SET", f"{_CASE.lower()} outside of names in double quotes")
    if name in _SETTINGS_WITHOUT_MEANING:
        return Ignored(parsed.words[0].upper, f"the setting {name.lower()}")
    return Plain(parsed.render())


def _create_user(parsed: Parsed) -> Statement:
    """Passwords are not checked, so they are not kept."""
    if len(parsed.words) < 3:
        raise SqlError(SYNTAX_ERROR, "syntax error: CREATE USER needs a name")
    return Plain(f"CREATE ROLE {parsed.render(2, 3)} LOGIN SUPERUSER")


def _materialized_view(parsed: Parsed) -> Statement:
    """`BACKUP …`, `AUTO REFRESH …` and the distribution stand between the name and AS."""
    after_name = tables.after_name(parsed.words, 3)
    query = words.find(parsed.words, "AS", start=after_name) or len(parsed.words)
    return Plain(f"CREATE MATERIALIZED VIEW {parsed.render(3, after_name)} {parsed.render(query)}")


def _view(parsed: Parsed) -> Statement:
    """Late binding is not there: a view's tables must exist."""
    end = words.find(parsed.words, "WITH", "NO", "SCHEMA", "BINDING")
    return Plain(parsed.render(0, end))


def _merge(parsed: Parsed) -> Statement:
    if not parsed.has("REMOVE", "DUPLICATES"):
        return Plain(parsed.render())
    using = words.find(parsed.words, "USING")
    on = words.find(parsed.words, "ON")
    end = words.find(parsed.words, "REMOVE", "DUPLICATES")
    if using is None or on is None or not words.starts_with(parsed.words, "MERGE", "INTO"):
        raise SqlError(SYNTAX_ERROR, "syntax error: MERGE INTO target USING source ON condition REMOVE DUPLICATES")
    target, source = parsed.render(2, using), parsed.render(using + 1, on)
    condition = parsed.render(on + 1, end)
    delete = f"DELETE FROM {target} USING {source} WHERE {condition}"  # noqa: S608 - the client's own words
    insert = f"INSERT INTO {target} SELECT DISTINCT * FROM {source}"  # noqa: S608
    return Script("MERGE", (delete, insert))


def _truncate(parsed: Parsed) -> Statement:
    return Truncate(parsed.render())


_TABLE_KINDS = ((), ("TEMP",), ("TEMPORARY",), ("LOCAL", "TEMP"), ("LOCAL", "TEMPORARY"))
_PRIVILEGES = "privileges: every user may do everything"
COMMANDS: list[tuple[tuple[str, ...], Command]] = [
    (("COPY",), copy_statement.parse),
    (("UNLOAD",), unload_statement.parse),
    (("CREATE", "USER"), _create_user),
    (("ALTER", "USER"), _ignored("ALTER USER", "ALTER USER: every user may do everything")),
    (("ALTER", "GROUP"), _ignored("ALTER GROUP", _PRIVILEGES)),
    (("ALTER", "DEFAULT", "PRIVILEGES"), _ignored("ALTER DEFAULT PRIVILEGES", _PRIVILEGES)),
    (("GRANT",), _ignored("GRANT", _PRIVILEGES)),
    (("REVOKE",), _ignored("REVOKE", _PRIVILEGES)),
    (("CREATE", "MATERIALIZED", "VIEW"), _materialized_view),
    (("CREATE", "VIEW"), _view),
    (("CREATE", "OR", "REPLACE", "VIEW"), _view),
    *((("CREATE", *kind, "TABLE"), tables.create) for kind in _TABLE_KINDS),
    (("ALTER", "TABLE"), lambda parsed: append(parsed) or tables.alter(parsed)),
    (("VACUUM",), _vacuum),
    (("ANALYZE",), _analyze),
    (("ANALYSE",), _analyze),
    (("DELETE",), _delete),
    (("MERGE",), _merge),
    (("TRUNCATE",), _truncate),
    (("SET",), _set),
    (("RESET",), _set),
]  # fmt: skip
