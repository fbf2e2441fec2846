"""Characters of a text value and where they stand in the file."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dagspec.scalars import positions, span_in_text
from dagspec.source import read_text

STYLES = ["plain", "'", '"', "|", ">"]


def piece(text: str, path: tuple[str, ...], wanted: str) -> str:
    source = read_text(text, "spec.yaml")
    value = source.value
    for step in path:
        value = value[step]
    at = value.index(wanted)
    start, end = span_in_text(source, path, at, at + len(wanted))
    return text[start:end]


@pytest.mark.parametrize(
    "text",
    [
        "a: SELECT x FORM y\n",
        "a: SELECT x\n  FORM y\n",
        "a: 'it''s ''quoted'' FORM y'\n",
        'a: "\\"q\\" \\u00e9 \\x41\\n\\tFORM y"\n',
        'a: "one \\\n  FORM two"\n',
        "a: |\n  SELECT\n    x\n  FORM y\n",
        "a: |2-\n    SELECT\n  FORM y\n",
        "a: >-\n  SELECT\n  x FORM\n\n  y\n",
        "a: &anchor !!str |  # why\n  FORM y\n",
        "x: &x\n  FORM y\na: *x\n",
        "b: &b {a: FORM y}\nc: {<<: *b}\na: FORM\n",
    ],
)
def test_a_word_is_found_in_every_style(text: str) -> None:
    assert piece(text, ("a",), "FORM") == "FORM"


def test_a_text_that_is_not_there_gives_the_nearest_place() -> None:
    source = read_text("a: {b: text}\n", "spec.yaml")
    assert span_in_text(source, ("a", "missing"), 0, 2) == source.offsets(("a", "missing"), "value")
    assert span_in_text(source, ("a", "b"), 2, 99) == source.offsets(("a", "b"), "value")
    assert span_in_text(source, ("a",), 0, 1) == source.offsets(("a",), "value")


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t\"'\\"), min_size=1),
    st.sampled_from(STYLES),
)
def test_every_character_has_its_place(value: str, style: str) -> None:
    text = yaml.dump({"a": value}, default_style=None if style == "plain" else style, allow_unicode=True, width=20)
    node = yaml.compose(text, Loader=yaml.CSafeLoader).value[0][1]
    raw = text[node.start_mark.index : node.end_mark.index]
    found = positions(raw, node.value, node.style)
    assert len(found) == len(node.value)
    for character, at in zip(node.value, found, strict=True):
        assert character.isspace() or raw[at] == character or raw[at] == "\\"
