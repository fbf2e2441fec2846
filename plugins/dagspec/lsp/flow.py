"""The tokens inside `[…]` and `{…}`, also where the closing bracket is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dagspec.lsp.token import Token
from dagspec.problem import KeyPath

MAX_DEPTH = 100
_PIECE = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)|(?P<colon>:(?=[\s,\[\]{}]|$))
    |(?P<quoted>"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)|(?P<plain>(?:(?!:[\s,\[\]{}]|:$|\s\#)[^,\[\]{}\n])+)|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class _Frame:
    """A bracket that is open. key: that of the value to come; last: the token that a colon would make a key."""

    path: KeyPath
    is_mapping: bool
    index: int = 0
    key: str | None = None
    last: int = -1

    @property
    def value_path(self) -> KeyPath:
        """Where the next value stands."""
        return (*self.path, (self.key or "") if self.is_mapping else self.index)


def read_flow(text: str, start: int, limit: int, path: KeyPath) -> tuple[list[Token], int]:
    """The tokens of the brackets that open at `start`, and where they end: at `limit` when they are not closed."""
    reader = _FlowReader(text, path)
    at = start
    while at < limit and len(reader.frames) <= MAX_DEPTH:
        piece = _PIECE.match(text, at, limit)
        if piece is None:
            break
        at = piece.end()
        reader.take(piece)
        if not reader.frames:
            return reader.tokens, at
    return reader.tokens, limit


class _FlowReader:
    def __init__(self, text: str, path: KeyPath) -> None:
        self.text, self.path = text, path
        self.tokens: list[Token] = []
        self.frames: list[_Frame] = []

    def take(self, piece: re.Match[str]) -> None:
        """Go on by one piece; the first one is the opening bracket."""
        kind = piece.lastgroup
        if kind == "open":
            path = self.frames[-1].value_path if self.frames else self.path
            self.frames.append(_Frame(path, piece[0] == "{"))
        elif kind == "close":
            self.frames.pop()
        elif kind == "comma":
            frame = self.frames[-1]
            frame.index, frame.key, frame.last = frame.index + 1, None, -1
        elif kind == "colon":
            self._make_key(self.frames[-1])
        elif kind in ("quoted", "plain"):
            self._scalar(piece, self.frames[-1])

    def _scalar(self, piece: re.Match[str], frame: _Frame) -> None:
        end = piece.start() + len(piece[0].rstrip())
        is_bare = frame.is_mapping and frame.key is None
        path = frame.path if is_bare else frame.value_path
        frame.last = len(self.tokens) if is_bare else -1
        self.tokens.append(Token.read(self.text, "bare" if is_bare else "value", piece.start(), end, path))

    def _make_key(self, frame: _Frame) -> None:
        if frame.last < 0:
            return
        token = self.tokens[frame.last]
        self.tokens[frame.last] = replace(token, role="key", path=(*token.path, token.text))
        frame.key, frame.last = token.text, -1
