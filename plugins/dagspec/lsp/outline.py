"""Keys and texts of a YAML file with their key paths, also of one that is not finished.

A parser gives up at the first mistake; this goes line by line and takes the indentation for the structure. For a sound
file both agree, save for aliases, merges and keys that are no plain text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Literal

from dagspec.lsp.flow import MAX_DEPTH, read_flow
from dagspec.lsp.token import Token, unquoted
from dagspec.problem import KeyPath

_MARK = "\ue000"  # stands for the cursor: any letter will do
_KEY = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|[^\s?:,\[\]{}#&*!|>'"%@`](?:(?!\s\#)[^\n])*?)[ \t]*:(?=[ \t\n]|$)""",
)
_ITEM = re.compile(r"-(?=[ \n]|$)")
_PROPERTIES = re.compile(r"[ \t]*(?:[&!][^\s]*[ \t]+)*")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(?:\#[^\n]*)?(?:\n|$)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^']|'')*'", re.DOTALL)
_PLAIN = re.compile(r"(?:(?!\s\#)[^\n])*")


@dataclass(frozen=True, slots=True)
class _Level:
    """A key or an item of a list that is open: what stands more to the right belongs to it."""

    column: int
    step: str | int


class Outline:
    """The tokens of one text, in their order."""

    def __init__(self, text: str) -> None:
        self.tokens = _Reader(text).read()
        self._starts = [token.start for token in self.tokens]
        # the first one of a path counts
        self._keys = {token.path: token for token in reversed(self.tokens) if token.role == "key"}
        self._texts = {token.path: token.text for token in reversed(self.tokens) if token.role == "value"}

    def at(self, offset: int) -> Token | None:
        """The token that an offset touches."""
        index = bisect_right(self._starts, offset) - 1
        token = self.tokens[index] if index >= 0 else None
        return token if token and offset <= token.end else None

    def key(self, path: KeyPath) -> Token | None:
        """The key at the end of a path."""
        return self._keys.get(path)

    def keys(self, path: KeyPath) -> list[str]:
        """The keys of the mapping at a path."""
        held = [str(one[-1]) for one in self._keys if one[:-1] == path]
        return held[::-1]  # in the order of the file

    def text(self, path: KeyPath) -> str | None:
        """The text at a path."""
        return self._texts.get(path)

    def texts(self, path: KeyPath) -> list[str]:
        """The texts of the list at a path."""
        return [text for one, text in self._texts.items() if one[:-1] == path]


def token_at(text: str, offset: int) -> tuple[Outline, Token | None]:
    """The outline as if a word stood at the cursor, and that word without the mark; None inside a comment."""
    outline = Outline(text[:offset] + _MARK + text[offset:])
    token = outline.at(offset)
    if token is None or offset == token.end:
        return outline, None
    written = token.text.replace(_MARK, "", 1)
    path = tuple(step.replace(_MARK, "", 1) if isinstance(step, str) else step for step in token.path)
    return outline, replace(token, end=token.end - 1, text=written, path=path)


class _Reader:
    """Reads a text from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.levels: list[_Level] = []

    def read(self) -> list[Token]:
        at = 0
        while at < len(self.text):
            at = self._line(at)
        return self.tokens

    def _line(self, start: int) -> int:
        """Read the entry that begins on a line; returns where the next line to read begins."""
        at = self._after_blanks(start)
        if at == len(self.text) or self.text[at] in "#\n":
            return self._next_line(at)
        in_list = False
        while item := _ITEM.match(self.text, at):
            self._open_item(at - start)
            at, in_list = self._after_blanks(item.end()), True
        if key := _KEY.match(self.text, at):
            self._open_key(at - start, unquoted(key[1]))
            self._add("key", at, key.end(1), self._path())
            return self._value(key.end(), "value", self._path())
        if in_list:
            return self._value(at, "value", self._path())
        around = [level.step for level in self.levels if level.column < at - start]
        return self._value(at, "bare", tuple(around))

    def _value(self, at: int, role: Literal["value", "bare"], path: KeyPath) -> int:
        properties = _PROPERTIES.match(self.text, at)
        at = properties.end() if properties else at
        first = self.text[at : at + 1]
        if first in ("", "\n", "#"):
            return self._next_line(at)
        if header := _BLOCK_HEADER.match(self.text, at):
            return self._block_text(header.end(), role, path)
        if first in "[{":
            tokens, end = read_flow(self.text, at, self._end_of_entry(at), path)
            self.tokens += tokens
            return self._next_line(end)
        return self._scalar(at, role, path)

    def _scalar(self, at: int, role: Literal["value", "bare"], path: KeyPath) -> int:
        found = None
        if self.text[at] in "\"'":
            found = _QUOTED.match(self.text, at, self._end_of_entry(at))
        found = found or _PLAIN.match(self.text, at)
        end = found.end() if found else at
        self._add(role, at, at + len(self.text[at:end].rstrip()), path)
        return self._next_line(end)

    def _block_text(self, at: int, role: Literal["value", "bare"], path: KeyPath) -> int:
        end = self._end_of_entry(at - 1)
        self.tokens.append(Token(path, role, at, max(at, end - 1), self.text[at:end], is_block=True))
        return end

    def _end_of_entry(self, at: int) -> int:
        """Where the lines end that are further to the right than the entry of this line."""
        column = self.levels[-1].column if self.levels else -1
        start = self._next_line(at)
        while start < len(self.text):
            first = self._after_blanks(start)
            if self.text[first : first + 1] not in ("", "\n") and first - start <= column:
                return start
            start = self._next_line(first)
        return len(self.text)

    def _open_key(self, column: int, name: str) -> None:
        while self.levels and self.levels[-1].column >= column:
            self.levels.pop()
        self._open(_Level(column, name))

    def _open_item(self, column: int) -> None:
        index = 0
        while self.levels and self.levels[-1].column >= column:
            last = self.levels[-1]
            if last.column == column and isinstance(last.step, str):
                break  # a list may stand right below its key
            self.levels.pop()
            if last.column == column and isinstance(last.step, int):
                index = last.step + 1
        self._open(_Level(column, index))

    def _open(self, level: _Level) -> None:
        if len(self.levels) < MAX_DEPTH:  # a deeper file is none that dagspec reads
            self.levels.append(level)

    def _add(self, role: Literal["key", "value", "bare"], start: int, end: int, path: KeyPath) -> None:
        self.tokens.append(Token.read(self.text, role, start, end, path))

    def _path(self) -> KeyPath:
        return tuple(level.step for level in self.levels)

    def _after_blanks(self, at: int) -> int:
        while self.text[at : at + 1] == " ":
            at += 1
        return at

    def _next_line(self, at: int) -> int:
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1
