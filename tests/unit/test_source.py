"""Any bytes give problems, never an exception; positions lie in the file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagspec.problem import Place, Span
from dagspec.source import MAX_BYTES, Source, read_bytes, read_file, read_text

TEXT = st.text(st.characters(max_codepoint=0xD7FF), min_size=1, max_size=8)  # JSON escapes the others in pairs
PLAIN = st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | TEXT
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)


def positions_are_inside(source: Source) -> bool:
    lines = source.text.split("\n")
    spans = [problem.span for problem in source.problems]
    return all(1 <= span.line <= len(lines) and span.column <= len(lines[span.line - 1]) + 1 for span in spans)


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_any_bytes_give_problems_and_no_exception(data: bytes) -> None:
    source = read_bytes(data, "any.yaml")
    assert positions_are_inside(source)
    assert source.problems or source.root is not None


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#,? \n\t<<%@`${}.0", max_size=80))
@settings(max_examples=500)
def test_any_text_that_looks_like_yaml(text: str) -> None:
    assert positions_are_inside(read_text(text, "any.yaml"))


@given(st.dictionaries(TEXT, VALUES, max_size=4))
@settings(max_examples=200)
def test_values_are_what_was_dumped(value: dict[str, object]) -> None:
    source = read_text(json.dumps(value), "any.yaml")
    assert source.problems == []
    assert source.value == value


def paths_of(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(inner for key, child in items for inner in paths_of(child, (*path, key)))]


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4))
@settings(max_examples=100)
def test_every_path_has_a_span_inside_the_file(value: dict[str, object]) -> None:
    source = read_text(json.dumps(value), "any.yaml")
    lines = source.text.split("\n")
    for path in paths_of(source.value):
        for part in ("key", "value"):
            span = Place(source, path, part).span
            assert 1 <= span.line <= span.end_line <= len(lines)
            assert 1 <= span.column <= len(lines[span.line - 1]) + 1


def test_dates_and_versions_stay_as_written() -> None:
    source = read_text("a: 2024-01-31\nb: '1.10'\nc: 7\nd: yes\ne: ~\nf: 0x1f\ng: 1.5\n", "x")
    assert source.value == {"a": "2024-01-31", "b": "1.10", "c": 7, "d": True, "e": None, "f": 31, "g": 1.5}


def test_merge_keys_are_values_of_the_mapping_and_lead_to_their_anchor() -> None:
    source = read_text("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n", "x")
    assert source.value["use"] == {"x": 1, "y": 3}
    assert source.place(("use", "x")).span == Span(1, 14, 1, 15)
    assert source.place(("use", "y")).span == Span(4, 6, 4, 7)


@pytest.mark.parametrize(
    ("text", "needle", "line", "column"),
    [
        ("a: plain ${var.x}\n", "${var.x}", 1, 10),
        ('a: "quoted ${var.x}"\n', "${var.x}", 1, 12),
        ("a: |\n  block\n   ${var.x}\n", "${var.x}", 3, 4),
        ("a: >-\n  folded\n  text ${var.x}\n", "${var.x}", 3, 8),
    ],
)
def test_a_needle_is_found_in_every_kind_of_scalar(text: str, needle: str, line: int, column: int) -> None:
    span = read_text(text, "x").place(("a",), needle=needle).span
    assert (span.line, span.column, span.end_column - span.column) == (line, column, len(needle))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 100_000,
        "{a: " * 50_000,
        "a: &x [*x]",
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"k{i}: &k{i} [{','.join(['*' + ('a' if i == 0 else f'k{i - 1}')] * 9)}]\n" for i in range(9)),
        "a: " + "9" * 5_000,
        "x" * (MAX_BYTES + 1),
    ],
    ids=["flow", "block", "mapping", "recursive", "bomb", "digits", "size"],
)
def test_hostile_text_is_one_problem(text: str) -> None:
    assert len(read_bytes(text.encode(), "x").problems) == 1


def test_windows_line_ends_and_byte_order_marks_are_no_problem() -> None:
    source = read_bytes("\ufeffa: 1\r\nb:\r\n  - x\r\n".encode(), "x")
    assert source.value == {"a": 1, "b": ["x"]}
    assert source.place(("b", 0)).span == Span(3, 5, 3, 6)


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path) -> None:
    assert "cannot read" in read_file(tmp_path / "none.yaml").problems[0].message
    assert "cannot read" in read_file(tmp_path).problems[0].message
