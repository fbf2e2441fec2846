"""Nodes of a composed YAML file → plain values; reports what YAML itself would take silently."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import yaml

from dagspec.problem import Edit, Fix, KeyPath, Problem, Span

if TYPE_CHECKING:
    from dagspec.source import Source

_PREFIX = "tag:yaml.org,2002:"
MAX_DIGITS = 100  # longer ones take quadratic time
_TEXT_TAGS = {"str", "timestamp", "value"}  # dates stay text: the schema says where a date is meant
_CONSTRUCTOR = yaml.constructor.SafeConstructor()
_SCALARS: dict[str, Callable[[Any], Any]] = {
    "int": _CONSTRUCTOR.construct_yaml_int,
    "float": _CONSTRUCTOR.construct_yaml_float,
    "bool": _CONSTRUCTOR.construct_yaml_bool,
    "null": lambda _node: None,
}


class TooLargeError(Exception):
    """The values of a file, aliases expanded, are too many or too deep."""


class Builder:
    """Builds `source.value` from `source.root` and notes problems in `source.problems`."""

    def __init__(self, source: Source, max_depth: int, max_values: int) -> None:
        self.source, self.max_depth, self.left = source, max_depth, max_values

    def build(self) -> None:
        """Set the source's value; None when it is too large to be a spec."""
        try:
            self.source.value = self._value(self.source.root, ())
        except TooLargeError:
            message = "the file is too large or too deep once its aliases are expanded, or an alias contains itself"
            self._add("yaml-syntax", message, self.source.root)

    def _value(self, node: yaml.Node | None, path: KeyPath) -> Any:
        self.left -= 1
        if self.left < 0 or len(path) > self.max_depth:
            raise TooLargeError
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _scalar(self, node: Any) -> Any:
        kind = node.tag.removeprefix(_PREFIX)
        if kind in _TEXT_TAGS:
            return node.value
        if kind not in _SCALARS:
            self._add("yaml-tag", f"the tag {_shown_tag(node.tag)} is not allowed", node, "write the plain value")
            return None
        try:
            return _fitting(_SCALARS[kind](node) if len(node.value) <= MAX_DIGITS else None, kind)
        except (ValueError, OverflowError, IndexError, KeyError):
            self._add("yaml-syntax", f'"{node.value[:40]}" cannot be read as {kind}', node, "quote it to mean text")
            return None

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> Any:
        if not node.tag.startswith(_PREFIX):
            self._add("yaml-tag", f"the tag {_shown_tag(node.tag)} is not allowed", node, "write the plain mapping")
        if template := self._template(node):
            return template
        result: dict[str, Any] = {}
        seen: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.tag == _PREFIX + "merge":
                self._merge(result, value, path)
            elif not isinstance(key, yaml.ScalarNode):
                self._add("yaml-syntax", "a key must be text", key)
            else:
                self._note_duplicate(seen, key)
                seen[key.value] = key
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != _PREFIX + "merge":
                result[key.value] = self._value(value, (*path, key.value))
        return result

    def _merge(self, result: dict[str, Any], value: yaml.Node, path: KeyPath) -> None:
        bases = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for base in reversed(bases):  # the first base of a list wins
            merged = self._value(base, (*path, "<<")) if isinstance(base, yaml.MappingNode) else None
            if isinstance(merged, dict):
                result.update(merged)
            else:
                self._add("yaml-syntax", '"<<" merges mappings only', base)

    def _note_duplicate(self, seen: dict[str, yaml.Node], key: yaml.ScalarNode) -> None:
        if key.value not in seen:
            return
        first = seen[key.value].start_mark.line + 1
        message = f'duplicate key "{key.value}"; first defined at line {first}'
        self._add("duplicate-key", message, key, "YAML keeps the last one silently: remove one")

    def _template(self, node: yaml.MappingNode) -> str | None:
        """The text of `{{ x }}` that lacks its quotes: YAML reads it as a mapping within a mapping."""
        key = node.value[0][0] if len(node.value) == 1 else None
        if not (node.flow_style and isinstance(key, yaml.MappingNode) and key.flow_style):
            return None
        text = self.source.text[node.start_mark.index : node.end_mark.index]
        if not text.startswith("{{"):
            return None
        message = f"quote the template: YAML reads {text} as a mapping"
        quoted = _quoted(text)
        edit = Edit(node.start_mark.index, node.end_mark.index, quoted)
        fix = None if "\n" in text else Fix("quote the template", (edit,), safe=True)
        self._add("unquoted-template", message, node, f"write {quoted}", fix)
        return text

    def _add(self, rule: str, message: str, node: yaml.Node | None, help_: str = "", fix: Fix | None = None) -> None:
        at = Span(1, 1, 1, 1)
        if node is not None:
            at = self.source.span_of(node.start_mark.index, node.end_mark.index)
        self.source.problems.append(Problem(rule, message, self.source.place(), help_, fix=fix, at=at))


def _quoted(text: str) -> str:
    """A text in quotes; in single ones when it holds what double ones would make special."""
    return "'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else f'"{text}"'


def _shown_tag(tag: str) -> str:
    return "!!" + tag.removeprefix(_PREFIX) if tag.startswith(_PREFIX) else tag


def _fitting(value: Any, kind: str) -> Any:
    if (value is None and kind != "null") or (isinstance(value, int) and abs(value) >= 2**63):
        raise ValueError("no database or message of Airflow takes such a number")
    return value
