"""Text of a YAML file → plain values, and the position of each of them.

Only this module and `values` know YAML. Values are dicts with text keys, lists, str, int, float, bool and None.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path
from typing import Any, Literal

import yaml
from msgspec import Struct

from dagspec.problem import KeyPath, Place, Problem, Span

MAX_BYTES = 1_000_000
MAX_DEPTH = 100
MAX_VALUES = 200_000  # after aliases: a few lines of nested aliases can stand for billions of values
# libyaml composes recursively and overflows the C stack somewhere above 20,000 levels
SAFE_OPENERS = 5_000

_MERGE = "tag:yaml.org,2002:merge"
_Child = tuple[yaml.Node | None, yaml.Node]  # the key (None in a list) and the value


class Source(Struct, eq=False):
    """One YAML file: its name as messages show it, its text, its values and where they stand."""

    name: str
    text: str
    root: yaml.Node | None = None
    value: Any = None
    problems: list[Problem] = []
    dag: str = ""  # the DAG that this is of a file with several; else the file's name is the DAG's
    whole: Source | None = None  # that file
    notes: list[Problem] = []  # told by lint; they do not stop it from loading
    _line_starts: list[int] = []
    _keys: dict[int, dict[Any, _Child]] = {}

    def __repr__(self) -> str:  # without the text and the tree
        return f"Source({self.name!r})"

    @property
    def dag_id(self) -> str:
        """The id of its DAG."""
        return self.dag or Path(self.name).stem

    def place(self, path: KeyPath = (), part: Literal["key", "value"] = "value", needle: str = "") -> Place:
        """A place in this file."""
        return Place(self, path, part, needle)

    def span(self, path: KeyPath, part: Literal["key", "value"], needle: str) -> Span:
        """The span of a key path; see `Place`."""
        return self.span_of(*self.offsets(path, part, needle))

    def offsets(self, path: KeyPath, part: Literal["key", "value"], needle: str = "") -> tuple[int, int]:
        """The same as character offsets, for edits."""
        key, node, found = self._walk(path)
        if node is None:
            return 0, 0
        # where the path ends early (a missing key), the key above it is what the reader should look at
        shown = key if key is not None and (part == "key" or found < len(path)) else node
        start, end = shown.start_mark.index, shown.end_mark.index
        at = self._find(needle, start, end) if needle and shown is node else -1
        return (at, at + len(needle)) if at >= 0 else (start, self._trim(start, end))

    def _find(self, needle: str, start: int, end: int) -> int:
        # as a word of its own: "add_step" is not the beginning of "add_steps"
        found = re.compile(rf"(?<![\w-]){re.escape(needle)}(?![\w-])").search(self.text, start, end)
        return found.start() if found else self.text.find(needle, start, end)

    def node(self, path: KeyPath) -> yaml.Node | None:
        """The node at a key path; None when the path is not in the file."""
        _, node, found = self._walk(path)
        return node if found == len(path) else None

    def owns(self, path: KeyPath) -> bool:
        """Whether a path is written out where it seems to be: an edit there changes nothing elsewhere.

        False for a path that is missing, comes from an alias or a merge, or lies in something with an anchor.
        """
        before = self.root
        for depth in range(1, len(path) + 1):
            key, node, found = self._walk(path[:depth])
            if node is None or before is None or found < depth or not _holds(before, key, node):
                return False
            if self.text[node.start_mark.index] == "&":
                return False
            before = node
        return before is not None

    def span_of(self, start: int, end: int) -> Span:
        """The span of the characters from `start` up to `end`."""
        return Span(*self._line_column(start), *self._line_column(max(start, end)))

    def _line_column(self, index: int) -> tuple[int, int]:
        if not self._line_starts:
            self._line_starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        line = bisect_right(self._line_starts, index)
        return line, index - self._line_starts[line - 1] + 1

    def _trim(self, start: int, end: int) -> int:
        # the end mark of a block value lies behind its last line break; a frame underlines its first line only
        stripped = start + len(self.text[start:end].rstrip())
        first_line = self.text.find("\n", start, stripped)
        return stripped if first_line < 0 else first_line

    def _walk(self, path: KeyPath) -> tuple[yaml.Node | None, yaml.Node | None, int]:
        key: yaml.Node | None = None
        node = self.root
        for depth, step in enumerate(path):
            child = self._child(node, step)
            if child is None:
                return key, node, depth
            key, node = child
        return key, node, len(path)

    def _child(self, node: yaml.Node | None, step: str | int) -> _Child | None:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
            return None, node.value[step]
        if not isinstance(node, yaml.MappingNode):
            return None
        own = self._keys.get(id(node))
        if own is None:
            own = self._keys[id(node)] = {key.value: (key, value) for key, value in _own_keys(node)}
        return own.get(step) or self._merged_child(node, step)

    def _merged_child(self, node: yaml.MappingNode, step: str | int) -> _Child | None:
        for key, value in node.value:
            if key.tag == _MERGE:
                bases = value.value if isinstance(value, yaml.SequenceNode) else [value]
                found = [child for base in bases if (child := self._child(base, step))]
                if found:
                    return found[0]
        return None


def _own_keys(node: yaml.MappingNode) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    return [(key, value) for key, value in node.value if key.tag != _MERGE and isinstance(key, yaml.ScalarNode)]


def _holds(parent: yaml.Node, key: yaml.Node | None, child: yaml.Node) -> bool:
    # the node of an alias stands where its anchor does: before its key; that of a merge lies outside of the parent
    before = child if key is None else key
    first, last = parent.start_mark.index, parent.end_mark.index
    inside = first <= before.start_mark.index and child.end_mark.index <= last
    return inside and (key is None or key.end_mark.index <= child.start_mark.index)


def read_file(path: Path, name: str = "") -> Source:
    """Read a YAML file. Never raises for its content: what is wrong is in `problems`.

    `name` is how messages call the file (default: the path as given).
    """
    try:
        if not path.is_file():  # a pipe or a device would be read for ever
            return _unreadable(Source(name or str(path), ""), "cannot read the file: it is not there, or no plain file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return _unreadable(Source(name or str(path), ""), f"cannot read the file: {error.strerror}")
    return read_bytes(data, name or str(path))


def read_bytes(data: bytes, name: str) -> Source:
    """Like `read_file`, for content that is at hand."""
    if len(data) > MAX_BYTES:
        return _unreadable(Source(name, ""), f"the file is larger than {MAX_BYTES:,} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        source = Source(name, data[: error.start].decode("utf-8-sig"))
        return _unreadable(source, f"byte 0x{data[error.start]:02x} is not UTF-8", len(source.text))
    # libyaml ends a line at \r\n and at a lone \r as well; one kind of line break keeps columns simple
    return read_text(text.replace("\r\n", "\n").replace("\r", "\n"), name)


def read_text(text: str, name: str) -> Source:
    """Like `read_file`, for text that is at hand."""
    from dagspec.values import Builder

    source = Source(name, text)
    try:
        if _too_deep(text):
            return _unreadable(source, f"the file nests deeper than {MAX_DEPTH} levels")
        source.root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        return _syntax_problem(source, error)
    if source.root is None:
        return _unreadable(source, "the file is empty")
    Builder(source, MAX_DEPTH, MAX_VALUES).build()
    return source


def _too_deep(text: str) -> bool:
    if sum(text.count(opener) for opener in "[{-?") < SAFE_OPENERS:
        return False
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return True
    return False


def _unreadable(source: Source, message: str, index: int = 0) -> Source:
    at = source.span_of(index, index)
    source.problems.append(Problem("yaml-syntax", message, source.place(), at=at))
    return source


def _syntax_problem(source: Source, error: yaml.YAMLError) -> Source:
    if isinstance(error, yaml.reader.ReaderError):
        index = min(error.position, len(source.text))
        code = ord(error.character) if isinstance(error.character, str) else error.character
        return _unreadable(source, f"the control character 0x{code:02x} is not allowed in YAML", index)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    index = mark.index if mark else 0
    if source.text[index : index + 1] == "\t":
        return _unreadable(source, "found a tab where YAML wants spaces", index)
    return _unreadable(source, _syntax_message(source, error, index), index)


def _syntax_message(source: Source, error: yaml.YAMLError, index: int) -> str:
    line = source.text[source.text.rfind("\n", 0, index) + 1 :].partition("\n")[0]
    if re.search(r"(^|[:\[,-])\s+\{\{", line):
        return "quote a text that begins with {{: YAML reads it as a mapping"
    context = getattr(error, "context", None)
    if context == "expected a single document in the stream":
        return "a second document begins here; a file holds one"
    message = getattr(error, "problem", None) or str(error)
    return f"{message} ({context})" if context else message
