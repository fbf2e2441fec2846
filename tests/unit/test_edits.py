"""The edits that fixes are made of: the file still says what it said, plus or minus one thing."""

from __future__ import annotations

import pytest

from dagspec.problem import Edit
from dagspec.rulekit.edits import add_key, remove_item, replace_value
from dagspec.source import read_text


def applied(text: str, edit: Edit | None) -> str:
    assert edit is not None
    return text[: edit.start] + edit.text + text[edit.end :]


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  operator: x\n",
        "a:\n  operator: x",
        "a:\n  operator: x  # why\n  other: 1\n",
        'a:\n  other: 1\n  operator: "x"\n\n\nb: 1\n',
        "a: {operator: x}\n",
        "a: {operator: x, other: [1, 2]}  # why\n",
        "a: {\n  other: 1,\n  operator: x\n}\n",
        "a: {\n  operator: x,\n  other: 1,\n}\n",
    ],
)
def test_a_key_is_added(text: str) -> None:
    source = read_text(text, "a.yaml")
    changed = applied(text, add_key(source, ("a",), "operator", "limit", "2h"))
    value = read_text(changed, "a.yaml").value
    assert value["a"].pop("limit") == "2h"
    assert value == source.value
    assert text.count("#") == changed.count("#")


@pytest.mark.parametrize(
    "text",
    [
        "b: &b\n  operator: x\na: *b\n",
        "b: &b\n  operator: x\na:\n  <<: *b\n",
        "a: &b\n  operator: x\nb: *b\n",
        "a:\n  operator: >\n    x\n",
        "a: {}\n",
        "b: 1\n",
    ],
)
def test_no_key_is_added_where_it_would_change_something_else(text: str) -> None:
    assert add_key(read_text(text, "a.yaml"), ("a",), "operator", "limit", "2h") is None


@pytest.mark.parametrize(
    "text",
    [
        "a: [x, y, z]\n",
        "a: ['x', \"y\", z]  # why\n",
        "a: [ x , y , z ]\n",
        "a: [\n  x,\n  y,\n  z,\n]\n",
        "a:\n  - x\n  - y\n  - z\n",
        "a:\n- x\n- y\n- z",
    ],
)
@pytest.mark.parametrize("index", [0, 1, 2])
def test_an_item_is_removed(text: str, index: int) -> None:
    changed = applied(text, remove_item(read_text(text, "a.yaml"), ("a",), index))
    assert read_text(changed, "a.yaml").value["a"] == [one for one in "xyz" if one != "xyz"[index]]
    assert text.count("#") == changed.count("#")


def test_an_item_with_a_comment_or_an_anchor_stays() -> None:
    assert remove_item(read_text("a:\n  - x  # why\n  - y\n", "a.yaml"), ("a",), 0) is None
    assert remove_item(read_text("a: [&x x, *x]\n", "a.yaml"), ("a",), 0) is None
    assert remove_item(read_text("a: [&x x, *x]\n", "a.yaml"), ("a",), 1) is None


def test_a_value_is_replaced() -> None:
    text = "a: {rule: 'old', other: 1}\n"
    changed = applied(text, replace_value(read_text(text, "a.yaml"), ("a", "rule"), "new"))
    assert changed == "a: {rule: new, other: 1}\n"
