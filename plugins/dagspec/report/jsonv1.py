"""`--format json`: version 1, described in docs/lint.md. Keys are added to it, never taken away or changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dagspec.masking import masked

if TYPE_CHECKING:
    from dagspec.lint_result import Result
    from dagspec.problem import Edit, Fix, Problem, Span
    from dagspec.source import Source

VERSION = 1


def report(result: Result) -> str:
    """One JSON object."""
    summary = {"specs": result.files}
    summary |= {f"{severity}s": result.count(severity) for severity in ("error", "warning")}
    summary["infos"] = result.count("info")
    document = {"version": VERSION, "problems": [_problem(one) for one in result.problems], "summary": summary}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _problem(problem: Problem) -> dict[str, Any]:
    source = problem.place.source
    return {
        "rule": problem.rule,
        "severity": problem.severity,
        "message": masked(problem.message, source),
        "help": masked(problem.help, source),
        "file": source.name,
        **_span(problem.span),
        "path": [masked(step, source) if isinstance(step, str) else step for step in problem.place.path],
        "related": [
            {"file": one.place.source.name, **_span(one.place.span), "label": masked(one.label, source)}
            for one in problem.related
        ],
        "fix": _fix(problem.fix, source) if problem.fix else None,
    }


def _span(span: Span) -> dict[str, int]:
    return {"line": span.line, "column": span.column, "end_line": span.end_line, "end_column": span.end_column}


def _fix(fix: Fix, source: Source) -> dict[str, Any]:
    edits = [_edit(edit, source) for edit in fix.edits]
    return {"title": masked(fix.title, source), "safe": fix.safe, "edits": edits}


def _edit(edit: Edit, source: Source) -> dict[str, Any]:
    return {**_span(source.span_of(edit.start, edit.end)), "text": masked(edit.text, source)}
