"""Where the thing under the cursor is defined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types

from dagspec.files import REMOTE
from dagspec.lsp.documents import Document, Documents
from dagspec.lsp.position import Lines
from dagspec.lsp.references import Reference, reference_at
from dagspec.lsp.scope import Scope
from dagspec.lsp.token import Token
from dagspec.source import Source

_TOP = types.Range(types.Position(0, 0), types.Position(0, 0))


def definitions(
    document: Document, position: types.Position, scope: Scope, documents: Documents
) -> list[types.Location]:
    """The key that a dependency or a reference names (an environment's value once for each), or the file."""
    offset = document.lines.offset(position)
    if reference := reference_at(document.source.text, offset):
        return list(_of_reference(reference, document, scope, documents))
    token = scope.outline.at(offset)
    if token is None or token.role == "key":
        return []
    targets = scope.targets(token.path)
    if token.text in targets:
        return _key(document, scope, targets[token.text])
    shape = scope.shape(token.path)
    return _file(token, document) if shape and shape.is_file else []


def _of_reference(
    reference: Reference, document: Document, scope: Scope, documents: Documents
) -> Iterator[types.Location]:
    if reference.kind == "var":
        yield from _key(document, scope, ("vars", reference.name))
        return
    for name, environment in scope.environments.items():
        if reference.name in environment.values:
            yield _in_environments(environment.source, (name, reference.name), document, documents)


def _key(document: Document, scope: Scope, path: tuple[str | int, ...]) -> list[types.Location]:
    token = scope.outline.key(path)
    return [types.Location(document.uri, document.lines.range(token.start, token.end))] if token else []


def _in_environments(source: Source, path: tuple[str, str], document: Document, documents: Documents) -> types.Location:
    file = document.root / source.name
    open_ = documents.at(file)
    lines = open_.lines if open_ else Lines(source.text, documents.encoding)
    start, end = source.offsets(path, "key")
    return types.Location(open_.uri if open_ else file.as_uri(), lines.range(start, end))


def _file(token: Token, document: Document) -> list[types.Location]:
    if token.text.startswith(REMOTE) or "\0" in token.text:
        return []
    path: Path = (document.root / token.text).resolve()
    inside = path.is_relative_to(document.root.resolve())
    return [types.Location(path.as_uri(), _TOP)] if inside and path.is_file() else []
