"""SQL that is taken for right without sqlglot is right for sqlglot, and its words are sqlglot's."""

from __future__ import annotations

import logging

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot.dialects.dialect import Dialect

from dagspec.rulekit.sql_plain import is_plain
from dagspec.rulekit.sql_plain_words import keywords, plain_words
from dagspec.rulekit.sql_words import words_of

DIALECTS = ("", "snowflake", "databricks", "redshift", "postgres", "athena")
NAMES = ["a", "order_id", "mart.orders", "jjjj", "source", "target", "key", "value", "at", "version", "prior", "pivot"]
NAMES += ["date", "end", "user", "if", "exclude", "row", "id", "x", "e", "n", "b", "_t", "t1", "any", "matched"]
WORDS = [*NAMES, "select", "distinct", "from", "where", "join", "left", "inner", "on", "as", "group by", "order by"]
WORDS += ["and", "or", "not", "is", "null", "in", "between", "case", "when", "then", "count", "sum", "desc", "limit"]
WORDS += [
    "insert into",
    "values",
    "update",
    "set",
    "delete from",
    "merge into",
    "using",
    "create table",
    "if not exists",
]
WORDS += ["if not exists"]
WORDS += ["drop table", "truncate table", "bigint", "decimal", "(", ")", "*", ",", ".", ";", "=", "<>", "<=", "+", "-"]
WORDS += [
    "1",
    "1.5",
    ".5",
    "1e5",
    "1a",
    "'x'",
    "'it''s'",
    "'\\n'",
    "--",
    "/*",
    "::",
    "||",
    "?",
    "$1",
    ":p",
    '"q"',
    "`q`",
]
STATEMENTS = [
    "select {} from {} where {} = 1",
    "select distinct {}, count(*) as {} from {} as {} join {} on {} = {} group by {} order by {} desc",
    "select * from (select {} from {}) as {} where {} is not null and {} in (1, {}) or {} between {} and 'x'",
    "insert into {} ({}, {}) values ({}, 1)",
    "insert into {} select {} + 1 from {}",
    "update {} set {} = {} - 1, {} = 'x' where {} <> {}",
    "delete from {} where {} <= {}",
    "merge into {} as {} using {} as {} on {} = {} when matched then update set {} = {}",
    "merge into {} using {} on {} = {} when not matched then insert ({}) values ({})",
    "create or replace temp table if not exists {} ({} bigint not null, {} decimal(12, 2))",
    "create table {} as select sum({}), {} from {}",
    "truncate table {}",
    "drop table if exists {}; select {} from {}",
]


def filled(pieces: tuple[str, list[str]]) -> str:
    statement, names = pieces
    return statement.format(*(names * statement.count("{}"))[: statement.count("{}")])


SHAPED = st.tuples(st.sampled_from(STATEMENTS), st.lists(st.sampled_from(NAMES), min_size=1, max_size=6)).map(filled)
LOOSE = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
JOINED = st.lists(st.sampled_from(WORDS), max_size=5).map("".join)


def reads(text: str, dialect: str) -> bool:
    """Whether sqlglot reads every statement of a text without an error."""
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    reader = Dialect.get_or_raise(dialect)
    reader.parser().parse(reader.tokenize(text), text)
    return True


@given(SHAPED | LOOSE | JOINED, st.sampled_from(DIALECTS))
@example("order by", "")
@example("select a.b.1 from t", "redshift")
@settings(max_examples=1500, deadline=None)
def test_plain_sql_is_what_sqlglot_reads(text: str, dialect: str) -> None:
    words = plain_words(text, dialect)
    if words is None:
        return
    exact = words_of(text, dialect)
    assert exact is not None
    assert [(one.text, one.start, one.end) for one in words] == [(one.text, one.start, one.end) for one in exact]
    assert [one.kind for one in words if one.kind in ("STRING", "SEMICOLON")] == [
        one.kind for one in exact if one.kind in ("STRING", "SEMICOLON")
    ]
    assert not is_plain(words) or reads(text, dialect)


@pytest.mark.parametrize("statement", STATEMENTS[:-1])
def test_usual_statements_need_no_sqlglot(statement: str) -> None:
    words = plain_words(filled((statement, ["order_id"])), "redshift")
    assert words is not None
    assert is_plain(words)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_keyword_of_sqlglot_is_taken_for_a_name(dialect: str) -> None:
    known = {word for key in Dialect.get_or_raise(dialect).tokenizer_class.KEYWORDS for word in key.split()}
    assert {word for word in known if word.isidentifier() and word.isascii()} <= keywords()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_words_that_sqlglot_joins_are_left_to_it(dialect: str) -> None:
    for key in Dialect.get_or_raise(dialect).tokenizer_class.KEYWORDS:
        if " " in key and key not in ("GROUP BY", "ORDER BY"):
            assert plain_words(f"select {key.lower()} from t", dialect) is None


def test_long_and_deep_texts_are_left_to_sqlglot() -> None:
    assert plain_words("select a" + " " * 10_000, "") is None
    deep = plain_words("select " + "(" * 1000 + "a" + ")" * 1000 + " from t", "")
    assert deep is not None
    assert not is_plain(deep)
