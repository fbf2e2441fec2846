"""Jinja in texts, compared with what Airflow's own Jinja and task runner do."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import TemplateSyntaxError

from dagspec.airflow_context import airflow_context
from dagspec.templates import Template, parse_plain, parse_template, parse_with_jinja

PIECES = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    " ",
    "\n",
    "ds",
    "ti",
    ".",
    "|",
    "if",
    "endif",
    "for",
    "in",
    "x",
    "'",
    '"',
]
PIECES += ["(", ")", "[", "]", "{", "}", "0", "+", "-", "~", "set", "=", "raw", "endraw", "macro", "$", "\\", "é"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def parsed(text: str) -> Template:
    return parse_template(text, ())


def airflow_parses(text: str) -> bool:
    from airflow.sdk.definitions._internal.templater import SandboxedEnvironment

    try:
        SandboxedEnvironment().parse(text)
    except TemplateSyntaxError:
        return False
    return True


@given(TEXTS)
@example("{{ ds")
@example("a {{- ds -}} b {{ dss }}")
@settings(max_examples=400, deadline=None)
def test_what_airflow_cannot_parse_is_a_mistake_and_nothing_else_is(text: str) -> None:
    found = parsed(text)
    if found.mistake and not found.mistake.message.startswith(("Jinja has no filter", "Jinja has no test")):
        assert not airflow_parses(text)
    elif found.mistake is None:
        assert airflow_parses(text)
    if found.mistake:
        assert 0 <= found.mistake.offset <= found.mistake.offset + found.mistake.length <= len(text)


NAMES = [
    "{{ ds }}",
    "{{dag_run.conf}}",
    "{{ none }}",
    "{{ loop.index }}",
    "{",
    "}",
    "{{",
    "}}",
    "a",
    "{# x #}",
    "{{ é }}",
    "{{ ti.xcom_pull('a-b.c') }}",
    "{{ti.xcom_pull(task_ids=\"a\", key='k')}}",
    "{{ ti.xcom_pull('a', 'k') }}",
    "{{ x.xcom_pull('a\") }}",
    "{{ xcom_pull('a') }}",
    "{{ true.xcom_pull('a') }}",
]


@given(st.lists(st.sampled_from([*NAMES, "{% raw %}", "{% endraw %}", "\n"]), max_size=6).map("".join))
@example("{{{ ds }}")
@example("{{ ds }}}")
@settings(max_examples=400, deadline=None)
def test_the_quick_way_finds_what_jinja_finds(text: str) -> None:
    quick = parse_plain(text)
    assert quick is None or quick == parse_with_jinja(text)


def test_most_texts_need_no_jinja() -> None:
    assert parse_plain("s3://lake/{{ ds_nodash }}/{{ dag_run.conf.size }}.parquet") is not None
    assert parse_plain("{{ ti.xcom_pull(task_ids='count', key='rows') }} rows of {{ ds }}") is not None


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_every_use_stands_where_it_says(text: str) -> None:
    for use in parsed(text).uses:
        assert text[use.offset :].startswith(use.name)


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("{{ ds }", "}", 'unexpected "}"'),
        ("a {{ ds", "{{", 'the template ends before "}}"'),
        ("{% if ds %}a", "if", '"if" is never closed'),
        ("{% if a %}{% endif %}{% if b %}", "if b", '"if" is never closed'),
        ("{{ f(a }}", "}}", '")" is missing before "}"'),
        ("{{ 'a }}", "'", "unexpected a quote"),
        ("{{ ds | dss }}", "dss", 'Jinja has no filter "dss"'),
        ("{% endfor %}", "endfor", 'nothing is open that "endfor" belongs to'),
        ("{% raw %} a", "raw", '"raw" is never closed'),
        ("{{ " + "(" * 3000, "{{", "the template is nested too deep"),
        ("{{ " + "9" * 5000 + " }}", "{{", "the template holds a number that is too large"),
    ],
)
def test_a_mistake_has_its_place_and_words(text: str, at: str, message: str) -> None:
    mistake = parsed(text).mistake
    assert mistake is not None
    assert mistake.message == message
    assert mistake.offset == text.rindex(at) if len(text) < 100 else mistake.offset == 0


def test_names_that_the_text_sets_are_not_uses() -> None:
    text = "{% set a = ds %}{% for b in a %}{{ b }}{% endfor %}{% macro c(d) %}{{ d }}{% endmacro %}{{ c(range(3)) }}"
    assert parsed(text).names == {"ds"}


def test_guarded_names_are_marked() -> None:
    uses = parsed("{{ a if a is defined }} {{ b.c | default(1) }} {{ b }} {{ d }}").uses
    assert {".".join(use.parts): use.guarded for use in uses} == {"a": True, "b.c": True, "b": False, "d": False}


@pytest.mark.parametrize(
    ("call", "ids", "key", "subscripts"),
    [
        ("xcom_pull('a')", ("a",), "return_value", ()),
        ("xcom_pull(task_ids='a', key='k')['x'][0].y", ("a",), "k", ("x", 0, "y")),
        ("xcom_pull(['a', 'b'])[0]", ("a", "b"), "return_value", (0,)),
        ("xcom_pull(('a',), None, 'k')", None, None, None),
        ("xcom_pull(key='k')", (), "k", ()),
        ("xcom_pull('a').split(',')[0]", ("a",), "return_value", ()),
        ("xcom_pull('a', key=params.k)", ("a",), None, ()),
        ("xcom_pull('a', dag_id='other')", None, None, None),
        ("xcom_pull(params.a)", None, None, None),
        ("xcom_pull(**params)", None, None, None),
    ],
)
def test_pulls(
    call: str, ids: tuple[str, ...] | None, key: str | None, subscripts: tuple[str | int, ...] | None
) -> None:
    found = [(pull.task_ids, pull.key, pull.subscripts) for pull in parsed("{{ ti." + call + " }}").pulls]
    assert found == ([] if ids is None else [(ids, key, subscripts)])


def test_the_table_of_names_is_airflows() -> None:
    from airflow.sdk.definitions._internal.templater import FILTERS
    from airflow.sdk.definitions.context import KNOWN_CONTEXT_KEYS
    from airflow.sdk.execution_time import macros

    context = airflow_context()
    assert context.known == KNOWN_CONTEXT_KEYS
    assert context.removed.keys().isdisjoint(KNOWN_CONTEXT_KEYS)
    assert set(context.filters) == set(FILTERS)
    assert all(hasattr(macros, name) for name in context.macros)


def test_what_stands_for_a_name_uses_only_names_that_are_there() -> None:
    context = airflow_context()
    right = {**context.dated, **{name: one.use for name, one in context.removed.items() if one.same}}
    for name, use in right.items():
        template = parsed("{{ " + use + " }}")
        assert template.mistake is None, name
        assert template.names <= context.known - {name}, name


@pytest.mark.parametrize("name", ["tomorrow_ds", "tomorrow_ds_nodash", "yesterday_ds", "yesterday_ds_nodash"])
def test_a_safe_replacement_has_the_old_value(name: str) -> None:
    from airflow.sdk.definitions._internal.templater import SandboxedEnvironment
    from airflow.sdk.execution_time import macros
    from pendulum import datetime

    date = datetime(2024, 2, 28)
    text = "{{ " + airflow_context().removed[name].use + " }}"
    rendered = SandboxedEnvironment().from_string(text).render(logical_date=date, ds="2024-02-28", macros=macros)
    expected = date.add(days=1 if "tomorrow" in name else -1).format("YYYY-MM-DD")
    assert rendered == (expected.replace("-", "") if "nodash" in name else expected)
    assert not re.search(r"['\"]", text)  # it goes into quoted texts as well
