"""What may be written at the cursor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lsprotocol import types

from dagspec.catalog import NATIVE_PREFIX, catalog
from dagspec.lsp.documents import Document
from dagspec.lsp.outline import token_at
from dagspec.lsp.references import Reference, described, names
from dagspec.lsp.scope import Scope
from dagspec.lsp.shapes import Shape
from dagspec.lsp.token import Token
from dagspec.native_catalog import native, native_catalog
from dagspec.problem import shown
from dagspec.schema_problems import expected

TRIGGERS = ["{", ".", " ", "["]
_BEGUN = re.compile(r"\$\{(?P<kind>var|env)?(?P<dot>\.)?[\w.-]*$")
_REST = re.compile(r"[\w.-]*\}?")


@dataclass(frozen=True, slots=True)
class _Offer:
    """One thing to choose. insert: what is written if that is not `text`; first: it goes before the others."""

    text: str
    kind: types.CompletionItemKind
    detail: str = ""
    documentation: str = ""
    first: bool = False
    insert: str = ""


def complete(document: Document, position: types.Position, scope: Scope) -> types.CompletionList:
    """The offers at a position; none inside comments and where any text may stand."""
    offset = document.lines.offset(position)
    text = document.source.text
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    if begun := _BEGUN.search(line):
        rest = _REST.match(text, offset)
        end = rest.end() if rest else offset
        return _list(document, _references(begun, scope), offset - len(begun[0]), end)
    outline, token = token_at(text, offset)
    if token is None or token.is_block or "\n" in text[token.start : token.end]:
        return types.CompletionList(False, [])
    at_cursor = scope.with_outline(outline)
    typed = text[token.start : offset]
    offers = list(_Completer(at_cursor, token, typed).offers())
    return _list(document, offers, token.start, max(offset, token.end), _is_operator(token))


def _references(begun: re.Match[str], scope: Scope) -> list[_Offer]:
    kinds = [begun["kind"]] if begun["dot"] else ["var", "env"]
    return [
        _Offer(str(reference), types.CompletionItemKind.Variable, documentation=described(reference, scope))
        for kind in kinds
        for reference in (Reference(kind, name) for name in names(kind, scope))
    ]


def _list(document: Document, offers: list[_Offer], start: int, end: int, more: bool = False) -> types.CompletionList:
    range_ = document.lines.range(start, end)
    items = [
        types.CompletionItem(
            offer.text,
            kind=offer.kind,
            detail=offer.detail or None,
            documentation=_markdown(offer.documentation),
            sort_text=f"{0 if offer.first else 1} {index:04}",  # an operator's own keys before those of all tasks
            filter_text=offer.text,
            text_edit=types.TextEdit(range_, offer.insert or offer.text),
        )
        for index, offer in enumerate(offers)
    ]
    return types.CompletionList(more, items)


def _markdown(text: str) -> types.MarkupContent | None:
    return types.MarkupContent(types.MarkupKind.Markdown, text) if text else None


def _is_operator(token: Token) -> bool:
    return token.path[:1] == ("tasks",) and token.path[2:] == ("operator",)


class _Completer:
    """The offers for one word that is being typed. typed: its part before the cursor."""

    def __init__(self, scope: Scope, token: Token, typed: str) -> None:
        self.scope, self.token, self.typed = scope, token, typed

    def offers(self) -> Iterator[_Offer]:
        """What fits where the word stands."""
        token = self.token
        if token.role == "key":
            yield from self._keys(token.path[:-1], "")
        elif self._may_become_key() and (keys := list(self._keys(token.path, ": "))):
            yield from keys
        else:
            yield from self._values(token.path)

    def _may_become_key(self) -> bool:
        """Whether a mapping may begin here: not behind a key on the same line."""
        return self.token.role == "bare" or isinstance(self.token.path[-1], int)

    def _keys(self, path: tuple[str | int, ...], suffix: str) -> Iterator[_Offer]:
        shape = self.scope.shape(path)
        if shape is None:
            yield from self._operator_defaults(path, suffix)
            return
        given = self.scope.outline.keys(path)  # the word itself is not among them: there it bears the cursor
        required = shape.required()
        for key, inner in shape.keys().items():
            if key not in given:
                yield _key(key, inner, key in required, suffix)

    def _operator_defaults(self, path: tuple[str | int, ...], suffix: str) -> Iterator[_Offer]:
        if self.scope.document.kind == "environments" and path[1:] == ("operator_defaults",):
            yield from (_operator(name, name + suffix.strip()) for name in catalog())

    def _values(self, path: tuple[str | int, ...]) -> Iterator[_Offer]:
        if _is_operator(self.token):
            yield from _operators(self.typed)
        elif targets := self.scope.targets(path):
            given = self.scope.outline.texts(path[:-1]) if isinstance(path[-1], int) else []
            for target in targets:
                if target not in given:
                    detail, insert = self.scope.operator_of(target), self._as_item(target)
                    yield _Offer(target, types.CompletionItemKind.Reference, detail, insert=insert)
        elif shape := self.scope.shape(path):
            yield from (_choice(value) for value in shape.choices())

    def _as_item(self, text: str) -> str:
        """A text as it must be written where a list is meant and none is begun."""
        if self.token.path[-1] != "dependencies":
            return text
        return f"- {text}" if self.token.role == "bare" else f"[{text}]"


def _choice(value: object) -> _Offer:
    return _Offer(shown(value).strip('"'), types.CompletionItemKind.EnumMember)


def _key(key: str, shape: Shape, required: bool, suffix: str) -> _Offer:
    detail = expected(shape.schema) + (" (required)" if required else "")
    about = shape.schema.get("description", "")
    return _Offer(key, types.CompletionItemKind.Property, detail, about, required, key + suffix)


def _operators(typed: str) -> Iterator[_Offer]:
    yield from (_operator(name) for name in catalog())
    # 400 dotted paths are of use only to somebody who has begun one
    if typed and NATIVE_PREFIX.startswith(typed[: len(NATIVE_PREFIX)]):
        for path in native_catalog().operators:
            known = native(path)
            if path.startswith(NATIVE_PREFIX) and known and "Base" not in path:
                yield _Offer(path, types.CompletionItemKind.Class, documentation=known.doc)


def _operator(name: str, insert: str = "") -> _Offer:
    about = catalog()[name].__doc__ or ""
    return _Offer(name, types.CompletionItemKind.Class, documentation=about, first=True, insert=insert)
