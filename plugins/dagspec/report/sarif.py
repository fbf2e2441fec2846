"""`--format sarif`: SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dagspec import __version__
from dagspec.masking import masked
from dagspec.rule import all_rules, document
from dagspec.text import fenced

if TYPE_CHECKING:
    from dagspec.lint_result import Result
    from dagspec.problem import Fix, Problem, Span
    from dagspec.source import Source

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def report(result: Result) -> str:
    """One run of one tool, as JSON."""
    names = sorted({problem.rule for problem in result.problems})
    seen: Counter[str] = Counter()
    driver = {"name": "dagspec", "version": __version__, "rules": [_rule(name) for name in names]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, names, seen) for problem in result.problems],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(name: str) -> dict[str, Any]:
    doc = document(all_rules()[name])
    examples = f"Bad:\n{fenced(doc.bad, 'yaml')}\n\nGood:\n{fenced(doc.good, 'yaml')}"
    help_ = f"{doc.summary}\n\nWhy: {doc.why}\n\nRun `dagspec explain {name}` for examples."
    return {
        "id": name,
        "shortDescription": {"text": doc.summary},
        "fullDescription": {"text": doc.why},
        "help": {
            "text": help_,
            "markdown": masked(f"{help_}\n\n{examples}"),
        },
        "defaultConfiguration": {"level": _LEVELS[doc.severity]},
        "properties": {"tags": list(doc.tags)},
    }


def _result(problem: Problem, names: list[str], seen: Counter[str]) -> dict[str, Any]:
    source = problem.place.source
    text = masked(problem.message + (f" ({problem.help})" if problem.help else ""), source)
    result: dict[str, Any] = {
        "ruleId": problem.rule,
        "ruleIndex": names.index(problem.rule),
        "level": _LEVELS[problem.severity],
        "message": {"text": text},
        "locations": [_location(source, problem.span)],
        "partialFingerprints": {"dagspecFinding/v1": _fingerprint(problem, seen)},
    }
    if problem.related:
        result["relatedLocations"] = [
            {
                "id": number,
                **_location(one.place.source, one.place.span),
                "message": {"text": masked(one.label, source)},
            }
            for number, one in enumerate(problem.related)
        ]
    if problem.fix:
        result["fixes"] = [_fix(problem.fix, source)]
    return result


def _location(source: Source, span: Span) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(source)}, "region": _region(span)}}


def _uri(source: Source) -> str:
    return quote(source.name)


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fingerprint(problem: Problem, seen: Counter[str]) -> str:
    """The same as long as the finding is, wherever its lines move: no positions, but a count of equal ones."""
    path = "/".join(str(step) for step in problem.place.path)
    key = "\n".join([problem.rule, problem.place.source.name, path, masked(problem.message, problem.place.source)])
    seen[key] += 1
    return sha256(f"{key}\n{seen[key]}".encode()).hexdigest()[:32]


def _fix(fix: Fix, source: Source) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": _region(source.span_of(edit.start, edit.end)),
            "insertedContent": {"text": masked(edit.text, source)},
        }
        for edit in fix.edits
    ]
    change = {"artifactLocation": {"uri": _uri(source)}, "replacements": replacements}
    return {"description": {"text": masked(fix.title, source)}, "artifactChanges": [change]}
