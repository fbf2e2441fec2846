"""The rules' documentation, as `dagspec rules`, `dagspec explain` and docs/rules.md show it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

from msgspec.structs import asdict

from dagspec.rule import RuleDoc
from dagspec.text import fenced

HEADER = """\
# The rules

Made by `make docs` from the rules' own docstrings; `dagspec explain RULE` shows the same. [Lint](lint.md) says how to
select, ignore and fix. An error means that the run fails, hangs, leaks or corrupts data; a warning that it costs money
or breaks on a retry or an upgrade; info is told with `--pedantic`.
"""
FIXES = {"": "", "safe": "`--fix`", "unsafe": "`--fix --unsafe`"}


def as_text(docs: list[RuleDoc]) -> str:
    """One line for each rule."""
    rows = [(doc.name, doc.severity, "/".join(doc.tags), doc.fixable, doc.summary) for doc in docs]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join([*(f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    )


def as_json(docs: list[RuleDoc]) -> str:
    """A JSON list, for tools."""
    return json.dumps([asdict(doc) for doc in docs], indent=2, ensure_ascii=False)


def as_markdown(docs: list[RuleDoc]) -> str:
    """A page: a table of all rules, then each with its examples."""
    rows = [
        f"| [{doc.name}](#{doc.name}) | {doc.severity} | {', '.join(doc.tags)} | {FIXES[doc.fixable]} |" for doc in docs
    ]
    table = ["| rule | severity | tags | fix |", "| --- | --- | --- | --- |", *rows]
    return "\n".join([HEADER, *table, "", "\n\n".join(_section(doc) for doc in docs)])


def explanation(doc: RuleDoc) -> str:
    """One rule in full, for a terminal."""
    lines = [
        f"{doc.name} ({doc.severity}; {', '.join(doc.tags)})",
        "",
        doc.summary,
        "",
        textwrap.fill(_why(doc), 100),
    ]
    for title, example in (("Bad:", doc.bad), ("Good:", doc.good)):
        lines += ["", title, textwrap.indent(example, "  ")]
    return "\n".join([*lines, "", *_ways_out(doc)])


def _ways_out(doc: RuleDoc) -> list[str]:
    lines = [f"Fix: dagspec lint {FIXES[doc.fixable].strip('`')}"] if doc.fixable else []
    if doc.stops_loading:
        return [*lines, "It cannot be ignored: Airflow would not load the spec."]
    return [*lines, f"Ignore: # dagspec: ignore[{doc.name}] reason"]


def _section(doc: RuleDoc) -> str:
    language = "yaml" if doc.runnable else "text"
    return "\n".join(
        [
            f"## {doc.name}",
            "",
            doc.summary,
            _why(doc),
            "",
            "Bad:",
            "",
            fenced(doc.bad, language),
            "",
            "Good:",
            "",
            fenced(doc.good, language),
        ]
    )


def _why(doc: RuleDoc) -> str:
    text = " ".join(doc.why.split())
    return text[:1].upper() + text[1:]


FORMATS: dict[str, Callable[[list[RuleDoc]], str]] = {"text": as_text, "json": as_json, "markdown": as_markdown}
