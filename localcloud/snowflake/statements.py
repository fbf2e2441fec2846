"""Which statement goes where: the own ones in this order, and all others to fakesnow."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from fakesnow.dialect import parse_one
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from localcloud.snowflake import (
    context,
    copy,
    databases,
    external_tables,
    external_views,
    ignored,
    load_history,
    refused,
    stages,
    sums,
    temporary,
    unload,
    users,
    variants,
)
from localcloud.snowflake.text import clean


class Statement(NamedTuple):
    """A form of statement and what runs it.

    `run` returns a SELECT for the answer, None when the answer is there already, False to let fakesnow go on.
    """

    form: re.Pattern[str]
    run: Callable[..., str | bool | None]
    commits: bool = True
    binds: bool = False


class Found(NamedTuple):
    """A statement, and the match of its text."""

    statement: Statement
    match: re.Match[str]


_STATEMENTS = (
    Statement(external_tables.CREATE, external_tables.create),
    Statement(external_tables.ALTER, external_tables.alter),
    Statement(external_tables.DROP, external_tables.drop),
    Statement(external_tables.SHOW, external_tables.show, commits=False),
    Statement(external_tables.DESCRIBE, external_tables.describe, commits=False),
    Statement(temporary.SCOPED, temporary.create_scoped),
    Statement(unload.UNLOAD, unload.copy_into_location, commits=False),
    Statement(copy.COPY, copy.copy_into_table, commits=False),
    Statement(stages.CREATE, stages.create_stage),
    Statement(stages.DROP, stages.drop),
    Statement(stages.LIST, stages.list_files, commits=False),
    Statement(stages.REMOVE, stages.remove_files, commits=False),
    Statement(users.STATEMENT, users.run),
    Statement(databases.CREATE, databases.create),
    Statement(databases.DROP, databases.drop),
    Statement(databases.REPLACE_SCHEMA, databases.replace_schema),
    Statement(databases.DROP_SCHEMA, databases.drop_schema),
    Statement(ignored.ADMIN, ignored.ignore),
    Statement(ignored.GRANT, ignored.ignore),
    Statement(ignored.USE, ignored.use, commits=False),
    Statement(ignored.SESSION, ignored.set_session, commits=False),
    Statement(refused.STATEMENTS, refused.refuse, commits=False),
)
# they look first, and let fakesnow run the statement
_WATCHED = (
    Statement(external_tables.WRONG_DROP, external_tables.refuse_wrong_drop, commits=False, binds=True),
    Statement(load_history.CREATE_IF_ABSENT, load_history.keep_on_create, commits=False, binds=True),
    Statement(load_history.EMPTIED, load_history.forget, commits=False, binds=True),
)
REWRITES: tuple[Callable[[Any, Any], Any], ...] = (
    refused.refuse_time_travel,
    stages.select_from_stages,
    external_views.metadata_columns,
    context.context_functions,
    context.result_scan,
    variants.compare_as_text,
    sums.mark_sums,
    variants.count_names,
)


def parse(text: str) -> exp.Expr:
    """A statement for fakesnow's server to classify; own statements need not be what sqlglot can read."""
    try:
        return parse_one(text)
    except ProgrammingError:
        if find(clean(text)):
            return exp.Command(this="")
        raise


def find(text: str) -> list[Found]:
    """The own statements that have the form of a cleaned text, first the one that decides."""
    fitting = ((statement, statement.form.fullmatch(text)) for statement in (*_STATEMENTS, *_WATCHED))
    return [Found(statement, match) for statement, match in fitting if match]
