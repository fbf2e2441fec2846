"""A client's text of SQL becomes statements."""

from __future__ import annotations

from sqlglot import exp, parse_one
from sqlglot.errors import ParseError
from sqlglot.transforms import eliminate_qualify

from localcloud.redshift import words
from localcloud.redshift.commands import COMMANDS
from localcloud.redshift.errors import SYNTAX_ERROR, SqlError
from localcloud.redshift.parsed import Parsed
from localcloud.redshift.refusals import refuse
from localcloud.redshift.rewrite import Rewriter
from localcloud.redshift.statements import Context, Plain, Statement
from localcloud.redshift.top import with_limits

_TRANSACTION_CONTROL = ("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT")


def translate(sql: str, context: Context) -> list[Statement]:
    """All statements of a text. SqlError for what the local Redshift does not support."""
    found = [_statement(sql, part, context) for part in words.statements(words.read(sql))]
    return found or [Plain("")]


def translate_single(sql: str, context: Context) -> Statement:
    """The one statement of a text that is prepared. SqlError if there are several."""
    found = translate(sql, context)
    if len(found) > 1:
        raise SqlError(SYNTAX_ERROR, "cannot insert multiple commands into a prepared statement")
    return found[0]


def is_transaction_control(statement: Statement) -> bool:
    """Whether a statement begins or ends a transaction."""
    return isinstance(statement, Plain) and _first_word(statement.sql) in _TRANSACTION_CONTROL


def _first_word(sql: str) -> str:
    return "".join(sql.split(None, 1)[:1]).upper()


def _statement(sql: str, part: list[words.Word], context: Context) -> Statement:
    if words.find(part, "QUALIFY") is not None:
        sql = _without_qualify(sql[part[0].start : part[-1].end])
        part = words.read(sql)
    parsed = Parsed(part, Rewriter(sql, context.case_sensitive), context)
    refuse(parsed)
    for keywords, command in COMMANDS:
        if words.starts_with(part, *keywords):
            return command(parsed)
    return Plain(parsed.rewriter.render(with_limits(part)))


def _without_qualify(sql: str) -> str:
    """QUALIFY as a subquery. SqlError if sqlglot cannot read the statement."""
    try:
        tree = parse_one(sql, dialect="redshift")
    except ParseError as error:
        raise SqlError(
            SYNTAX_ERROR, f"syntax error in a statement with QUALIFY: {error.errors[0]['description']}"
        ) from error
    return tree.transform(_eliminate).sql(dialect="redshift")


def _eliminate(node: exp.Expr) -> exp.Expr:
    return eliminate_qualify(node) if isinstance(node, exp.Select) and node.args.get("qualify") else node
