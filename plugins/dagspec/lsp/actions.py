"""Fixes of findings as quick fixes."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from dagspec.fixes import usable
from dagspec.lsp.documents import Document
from dagspec.masking import masked
from dagspec.problem import Fix, Problem

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.dagspec"
KINDS: list[str | types.CodeActionKind] = [types.CodeActionKind.QuickFix, FIX_ALL]


def code_actions(
    document: Document, problems: list[Problem], params: types.CodeActionParams
) -> Iterator[types.CodeAction]:
    """The fixes of the findings that the range touches, and all safe ones of the file at once."""
    for problem in problems:
        touched = _touch(document.lines.of_span(problem.span), params.range)
        if problem.fix and touched and _wanted(types.CodeActionKind.QuickFix, params):
            yield _quick_fix(document, problem, problem.fix, params)
    safe = usable(problems, False, len(document.source.text))
    if safe and _wanted(FIX_ALL, params):
        edit = _edit(document, safe)
        yield types.CodeAction("dagspec: apply all safe fixes", kind=FIX_ALL, edit=edit)


def _wanted(kind: str, params: types.CodeActionParams) -> bool:
    """Whether the editor asked for this kind; `source` asks for `source.fixAll.dagspec` as well."""
    only = params.context.only
    return only is None or any(kind == asked or kind.startswith(asked + ".") for asked in only)


def _quick_fix(document: Document, problem: Problem, fix: Fix, params: types.CodeActionParams) -> types.CodeAction:
    range_ = document.lines.of_span(problem.span)
    mended = [one for one in params.context.diagnostics if one.code == problem.rule and one.range == range_]
    title = masked(fix.title, document.source) + ("" if fix.safe else " (a guess)")
    return types.CodeAction(
        title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=mended or None,
        edit=_edit(document, [fix]),
        is_preferred=fix.safe,
    )


def _edit(document: Document, fixes: list[Fix]) -> types.WorkspaceEdit:
    edits = [
        types.TextEdit(document.lines.range(edit.start, edit.end), edit.text) for fix in fixes for edit in fix.edits
    ]
    return types.WorkspaceEdit(changes={document.uri: edits})


def _touch(one: types.Range, other: types.Range) -> bool:
    return _before(one.start, other.end) and _before(other.start, one.end)


def _before(one: types.Position, other: types.Position) -> bool:
    return (one.line, one.character) <= (other.line, other.character)
