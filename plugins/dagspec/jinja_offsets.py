"""Jinja's parser with exact positions: every node knows the character of the text that it begins at."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import Lexer
from jinja2.parser import Parser

from dagspec.airflow_context import airflow_context


class OffsetLexer(Lexer):
    """Counts characters where Jinja counts lines, so that `lineno` of a node or an error is an offset."""

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        """The tokens of a text, each with its offset."""
        offset = 0
        try:
            for _, token, value in super().tokeniter(source, name, filename, state):
                # `{{-` drops the white space in front of it, so lengths alone do not add up
                start = max(source.find(value, offset), offset)
                yield start, token, value
                offset = start + len(value)
        except TemplateSyntaxError as error:
            error.lineno = offset
            raise


class _Environment(Environment):
    @property
    def lexer(self) -> OffsetLexer:
        """The lexer that counts characters."""
        return _lexer()


@cache
def template_environment() -> Environment:
    """Jinja as Airflow sets it up: its filters are known by name. It renders nothing."""
    environment = _Environment(autoescape=True)
    environment.filters.update(dict.fromkeys(airflow_context().filters, str))
    return environment


@cache
def _lexer() -> OffsetLexer:
    return OffsetLexer(template_environment())


class Nodes:
    """All nodes of a tree by their kind: one walk serves every question."""

    def __init__(self, tree: nodes.Template) -> None:
        self._by_kind: dict[type[nodes.Node], list[Any]] = {}
        for node in tree.find_all(nodes.Node):
            self._by_kind.setdefault(type(node), []).append(node)

    def of(self, *kinds: type[nodes.Node]) -> list[Any]:
        """The nodes of these kinds."""
        return [node for kind in kinds for node in self._by_kind.get(kind, ())]


def parse(text: str) -> Nodes:
    """The syntax tree of a text; `lineno` of its nodes is their offset. TemplateSyntaxError likewise."""
    return Nodes(Parser(template_environment(), text).parse())
