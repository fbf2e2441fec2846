"""The language server on texts that nobody would write on purpose."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lsp_client import Editor
from lsprotocol import types

from dagspec.fmt import format_source
from dagspec.lint import Options
from dagspec.lsp.actions import code_actions
from dagspec.lsp.completion import complete
from dagspec.lsp.definition import definitions
from dagspec.lsp.diagnostics import diagnostic, find_problems
from dagspec.lsp.documents import Document, Documents
from dagspec.lsp.formatting import format_document
from dagspec.lsp.hover import hover
from dagspec.lsp.outline import Outline
from dagspec.lsp.position import Lines
from dagspec.lsp.scope import Scope
from dagspec.problem import KeyPath
from dagspec.source import read_file

CHECKOUT = Path(__file__).parents[3]
FILES = sorted([*CHECKOUT.glob("dag_specs/*.yaml"), *CHECKOUT.glob("tests/specs/**/*.yaml")])
TEXTS = [path.read_text(encoding="utf-8") for path in FILES]
PIECES = [
    "\n", "  ", "\t", "- ", ": ", "[", "]", "{", "}", ",", "'", '"', "|", ">\n", "#", "&a ", "*a", "<<: ", "? ", "!!x ",
    "${var.", "${env.x}", "{{", "}}", "\r\n", "\r", "\ufeff", "\ue000", "\x00", "\x85", "\u2028", "\ud83d", "😀",
    "operator: ", "tasks:", "dependencies: [", "steps:\n", "operator_defaults:", "% ", "---\n", "\\", "0x", "~",
]  # fmt: skip
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, int]:
    """A spec after a few careless edits, and the offset of the last one."""
    text, at = draw(st.sampled_from(TEXTS)), 0
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        removed = draw(st.sampled_from([0, 0, 1, 3, 40]))
        text = text[:at] + draw(st.sampled_from(["", *PIECES])) + text[at + removed :]
    return text, draw(st.sampled_from([at, max(0, at - 1), len(text)]))


def scope_of(document: Document, documents: Documents) -> Scope:
    environments = documents.readable_environments(document.root)
    return Scope(document, environments, Outline(document.source.text))


def ranges(value: Any) -> Iterator[types.Range]:
    """All ranges in an answer of the protocol."""
    if isinstance(value, types.Range):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from ranges(one)
    elif isinstance(value, dict):
        yield from ranges(list(value.values()))
    elif hasattr(value, "__attrs_attrs__"):
        yield from ranges([getattr(value, attribute.name) for attribute in value.__attrs_attrs__])


def answers(document: Document, documents: Documents, position: types.Position) -> list[Any]:
    """What the server says of a text, and of one place in it."""
    scope = scope_of(document, documents)
    problems = find_problems(document, documents, Options(pedantic=True))
    assert not any(problem.message.startswith("internal error, please") for problem in problems)
    everywhere = types.Range(types.Position(0, 0), types.Position(10**6, 0))
    params = types.CodeActionParams(types.TextDocumentIdentifier(document.uri), everywhere, types.CodeActionContext([]))
    here = [one for one in definitions(document, position, scope, documents) if one.uri == document.uri]
    return [
        complete(document, position, scope),
        hover(document, position, scope),
        here,
        [diagnostic(problem, document, documents) for problem in problems],
        list(code_actions(document, problems, params)),
    ]


@pytest.mark.parametrize("name", ["spec.yaml", "environments.yaml", "policy.yaml"])
@QUICK
@given(case=edited())
@example(case=("\ud83d", 0))
@example(case=("\ufefftasks:\r\n  a:\r  - ", 20))
@example(case=("[" * 3000, 3000))
@example(case=('a: "', 4))
def test_no_text_breaks_the_server(name: str, case: tuple[str, int], team: Path) -> None:
    text, offset = case
    documents = Documents()
    document = documents.put((team / "dag_specs" / name).as_uri(), text)
    assert document is not None
    position = Lines(text).position(offset)
    last = Lines(text).position(len(text))
    for range_ in ranges(answers(document, documents, position)):
        assert range_.start <= range_.end <= last
    for item in complete(document, position, scope_of(document, documents)).items:
        assert item.text_edit.range.start.line == item.text_edit.range.end.line == position.line
        assert item.text_edit.range.start <= position <= item.text_edit.range.end


@QUICK
@given(case=edited())
def test_the_edits_of_any_text_make_what_fmt_writes(case: tuple[str, int], team: Path) -> None:
    document = Documents().put((team / "dag_specs/spec.yaml").as_uri(), case[0])
    assert document is not None
    text = document.source.text
    for edit in format_document(document)[0]:
        start, end = document.lines.offset(edit.range.start), document.lines.offset(edit.range.end)
        text = text[:start] + edit.new_text.replace("\r\n", "\n") + text[end:]
    assert text == format_source(document.source).text


@QUICK
@given(
    text=st.text(alphabet=["a", "😀", "é", "\n", "\r", "\ufeff", "\u2028"]),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-32"]),
)
def test_offsets_and_positions_are_the_same_places(text: str, encoding: str) -> None:
    lines = Lines(text, encoding)
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    positions = [lines.position(offset) for offset in range(len(plain) + 1)]
    assert [lines.offset(position) for position in positions] == list(range(len(plain) + 1))
    assert all(one < other for one, other in pairwise(positions))


def scalars(node: yaml.Node, path: KeyPath, seen: set[int]) -> Iterator[tuple[yaml.ScalarNode, KeyPath, str]]:
    """Keys and values of a composed file with their paths, those behind an alias once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key, (*path, key.value), "key"
            yield from scalars(value, (*path, key.value), seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from scalars(item, (*path, index), seen)
    elif node.value:
        yield node, path, "value"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_outline_of_a_sound_file_is_that_of_the_parser(path: Path) -> None:
    source = read_file(path)
    if source.root is None or source.problems or "? " in source.text:
        return
    outline = Outline(source.text)
    for node, key_path, role in scalars(source.root, (), set()):
        start = node.start_mark.index
        if source.text[start] == "&":
            continue  # an anchor: the text begins behind it
        token = outline.at(source.text.find("\n", start) + 1 if node.style in ("|", ">") else start + 1)
        assert token is not None, key_path
        assert token.path == key_path
        # a text on the line below its key may still become a key
        assert token.role in ((role,) if role == "key" else (role, "bare"))


def test_a_running_server_survives_careless_editing(team: Path) -> None:
    careless, sound = random.Random(7), (CHECKOUT / "dag_specs/itunes_split.yaml").read_text()
    running, text = Editor(team), sound
    for _ in range(40):
        at = careless.randrange(len(text) + 1)
        text = (text[:at] + careless.choice(PIECES) + text[at + careless.choice([0, 0, 2]) :]) or "a"
        marked = text[:at].replace("|", "¦") + "|" + text[at:]
        for method in ("completion", "hover", "definition"):
            running.at("dag_specs/careless.yaml", marked, method)
        running.actions("dag_specs/careless.yaml", [])
        running.formatting("dag_specs/careless.yaml")
    assert running.diagnostics("dag_specs/careless.yaml", sound) == []
    assert running.stop() == 0
    running.kill()
