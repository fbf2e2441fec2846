"""Whatever a file holds: formatting keeps its value and its comments, and formatting twice changes nothing."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from dagspec.fmt import STRANGE_BREAKS, format_source
from dagspec.fmt.files import format_bytes
from dagspec.source import Source, read_text

KEYS = ["tags", "dag_id", "description", "vars", "steps", "operator", "dependencies", "x-a", "<key>", "'quo ted'"]
SCALARS = ["a", "012", "2024-01-01", "on", "~", "", "1.0", "'x # y'", '"a\\tb"', "# only a comment", "b  # behind"]
SCALARS += ["{{ ds }}", "[a, {b: c}]", "{{ x['y'] }}", "{a:  1}", "[]", "!!str 5", "a:b", "- x", "{{ a }}/b", ".nan"]
CONTINUED = ["plain\n{0} more\n\n{0} last", '"quo\n{0}ted \\\n\n {0}# no comment"']
CONTINUED += ["[a,   # one\n{0}b,\n\n{0} # two\n{0}c]"]
BLOCKS = ["|", ">", "|-", "|+", ">+", "|2", "|2+", "| # about", ">-"]


class Writer:
    """Writes random YAML as careless people do: indents, blanks and comments as they come."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.anchors: list[str] = []
        self.comments = 0

    def noise(self, indent: int) -> None:
        while self.random.random() < 0.25:
            self.comments += 1
            spaces = self.random.choice([0, indent, indent + 2, max(0, indent - 2)])
            self.lines.append(self.random.choice(["", "  ", " " * spaces + f"# comment {self.comments}  "]))

    def anchor(self) -> str:
        if self.random.random() > 0.15:
            return ""
        name = self.random.choice(["p", "q", f"n{len(self.anchors)}"])
        self.anchors.append(name)
        return f"&{name} "

    def mapping(self, indent: int, depth: int, first: str = "") -> None:
        names = self.random.sample(KEYS, self.random.randint(1, 5))
        if depth == 0:
            names = self.random.sample([*names, "tasks"], len(names) + 1)
        for name in names:
            self.noise(indent)
            self.value(first or " " * indent, name + ":", indent, depth)
            first = ""
        self.merge(indent)

    def merge(self, indent: int) -> None:
        if self.anchors and self.random.random() < 0.1:
            self.lines.append(" " * indent + f"<<: *{self.random.choice(self.anchors)}")

    def value(self, start: str, head: str, indent: int, depth: int) -> None:
        kind = self.random.choice("msscbal" if depth < 3 else "sscba")
        below = indent + self.random.randint(1, 4)
        pad = self.random.choice([" ", "  "])
        if kind == "m":
            self.lines.append(f"{start}{head}{pad}{self.anchor()}".rstrip())
            self.mapping(below, depth + 1)
        elif kind == "l":
            self.lines.append(f"{start}{head}{pad}{self.anchor()}".rstrip())
            self.items(self.random.choice([indent, below]) if head != "-" else below, depth + 1)
        elif kind == "b":
            self.block_text(start + head + pad, indent)
        elif kind == "a" and self.anchors:
            self.lines.append(f"{start}{head}{pad}*{self.random.choice(self.anchors)} ")
        else:
            self.scalar(f"{start}{head}{self.random.choice([pad, pad, chr(10) + ' ' * below])}", kind, below)

    def scalar(self, head: str, kind: str, below: int) -> None:
        pool = CONTINUED if kind == "c" else SCALARS
        self.lines += (head + self.anchor() + self.random.choice(pool).replace("{0}", " " * below)).split("\n")

    def block_text(self, head: str, indent: int) -> None:
        header = self.random.choice(BLOCKS)
        deep = indent + (2 if "2" in header else self.random.randint(1, 4))
        self.lines.append(head + self.anchor() + header)
        for _ in range(self.random.randint(0, 4)):
            text = self.random.choice(["text", "# text", "  deeper", "", " ", "trailing  ", "- dash"])
            self.lines.append(" " * deep + text if text else "")

    def items(self, indent: int, depth: int) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.noise(indent)
            start, gap = " " * indent, self.random.choice([" ", "   "])
            if self.random.random() < 0.3 and depth < 3:
                self.mapping(indent + 1 + len(gap), depth + 1, f"{start}-{gap}")
            else:
                self.value(start, "-", indent, depth)


def written(seed: int) -> str:
    writer = Writer(seed)
    writer.mapping(0, 0)
    writer.noise(0)
    ending = writer.random.choice(["\n", "\n", "", "\n\n \n"])
    return "\n".join(writer.lines) + ending


def is_sound(source: Source) -> bool:
    return all(problem.rule == "unquoted-template" for problem in source.problems)


def hash_signs(text: str) -> Counter[str]:
    return Counter(line[line.index("#") :].rstrip() for line in text.split("\n") if "#" in line)


def assert_kept(text: str) -> None:
    source = read_text(text, "spec.yaml")
    result = format_source(source)
    if not is_sound(source):
        assert result.text == text
        assert result.problems
        return
    if STRANGE_BREAKS.search(text):
        assert [problem.rule for problem in result.problems] == ["yaml-syntax"]
        return
    assert result.problems == [], text
    again = read_text(result.text, "spec.yaml")
    assert not again.problems
    assert repr_of(again.value) == repr_of(source.value)
    assert format_source(again).text == result.text
    assert hash_signs(result.text) == hash_signs(text)
    assert result.text.endswith("\n")


def repr_of(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {repr_of(value[key])}" for key in sorted(value)) + "}"
    return "[" + ", ".join(map(repr_of, value)) + "]" if isinstance(value, list) else repr(value)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_careless_yaml_keeps_its_value_and_its_comments(seed: int) -> None:
    assert_kept(written(seed))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=" \n-:#?&*|>+2[]{},'\"a<!\t\u2028", max_size=40))
def test_any_text_is_kept_or_left_alone(text: str) -> None:
    assert_kept(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_an_outcome(data: bytes) -> None:
    outcome = format_bytes(data, "spec.yaml")
    assert outcome.problems or outcome.after
