"""Findings as an editor shows them."""

from __future__ import annotations

import glob
from pathlib import Path

from lsprotocol import types

from dagspec.dagfactory_format import unwrap
from dagspec.environment import load_environments
from dagspec.lint import Linter
from dagspec.lint_result import Options
from dagspec.lsp.documents import Document, Documents
from dagspec.lsp.position import Lines
from dagspec.masking import masked
from dagspec.policy import load_policy
from dagspec.problem import Place, Problem, Related, SpecError
from dagspec.source import Source
from dagspec.specs import check_unique, spec_files

SOURCE = "dagspec"
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}


def find_problems(document: Document, documents: Documents, options: Options) -> list[Problem]:
    """All that lint tells of an open file, of its text as it is now."""
    try:
        return _check(document, documents, options)
    except Exception as error:  # the editor must go on with the next key stroke
        message = f"internal error, please report it: {type(error).__name__}: {error}"
        return [Problem("internal-error", message, document.source.place())]


def _check(document: Document, documents: Documents, options: Options) -> list[Problem]:
    try:
        if document.kind == "policy":
            load_policy(document.source)
            return []
        if document.kind == "environments":
            environments = load_environments(document.source)
            return Linter(document.root, options, environments).check_environments()
    except SpecError as error:
        return error.problems
    return _check_spec(document, documents, options)


def _check_spec(document: Document, documents: Documents, options: Options) -> list[Problem]:
    try:
        linter = Linter(document.root, options, documents.environments(document.root))
    except SpecError as error:
        return [*document.source.problems, *(_elsewhere(problem, document.source) for problem in error.problems[:1])]
    return linter.check(document.source) + _same_id(document, documents)


def _elsewhere(problem: Problem, source: Source) -> Problem:
    """A problem of the environments or the policy, told in the spec that cannot be checked for it."""
    name = problem.place.source.name
    message = f"{name}:{problem.span.line}: {masked(problem.message, problem.place.source)}"
    return Problem(problem.rule, message, source.place(), f"nothing else is checked until {name} is right")


def _same_id(document: Document, documents: Documents) -> list[Problem]:
    """The problem that another file has the same name."""
    files = spec_files(document.root, glob.escape(document.path.stem))
    dags = [dag for path in files for dag in unwrap(documents.read(path, document.root))]
    found = [problem for error in check_unique(dags) for problem in error.problems]
    return [problem for problem in found if problem.place.source.name == document.source.name]


def diagnostic(problem: Problem, document: Document, documents: Documents) -> types.Diagnostic:
    """One finding for the editor, its secrets masked."""
    source = problem.place.source
    help_ = f"\nhelp: {masked(problem.help, source)}" if problem.help else ""
    return types.Diagnostic(
        document.lines.of_span(problem.span),
        masked(problem.message, source) + help_,
        severity=_SEVERITIES[problem.severity],
        code=problem.rule,
        source=SOURCE,
        related_information=[_related(related, problem, document, documents) for related in problem.related],
    )


def _related(
    related: Related, problem: Problem, document: Document, documents: Documents
) -> types.DiagnosticRelatedInformation:
    location = _location(related.place, document, documents)
    return types.DiagnosticRelatedInformation(location, masked(related.label, problem.place.source))


def _location(place: Place, document: Document, documents: Documents) -> types.Location:
    if place.source is document.source:
        return types.Location(document.uri, document.lines.of_span(place.span))
    path: Path = document.root / place.source.name
    lines = Lines(place.source.text, documents.encoding)
    open_ = documents.at(path)
    return types.Location(open_.uri if open_ else path.as_uri(), lines.of_span(place.span))
