"""YAML nodes taken apart and put together again. Every node keeps its place in the file, so findings stay exact."""

from __future__ import annotations

import yaml
from msgspec import Struct

PREFIX = "tag:yaml.org,2002:"
TEXT, MAPPING = PREFIX + "str", PREFIX + "map"
_MERGE, _NULL = PREFIX + "merge", PREFIX + "null"
OBJECT = "__type__"

Fields = dict[str, tuple[yaml.Node, yaml.Node]]


def fields(node: yaml.Node | None) -> Fields:
    """The keys of a mapping → the nodes of the key and its value; those of `<<` come first, its own win."""
    found: Fields = {}
    if not isinstance(node, yaml.MappingNode):
        return found
    for key, value in node.value:
        if key.tag == _MERGE:
            bases = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for base in reversed(bases):
                found |= fields(base)
    own = {key.value: (key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    return found | {name: pair for name, pair in own.items() if pair[0].tag != _MERGE}


def mapping(like: yaml.Node, parts: Fields) -> yaml.MappingNode:
    """A mapping of these keys that stands where `like` stands."""
    return yaml.MappingNode(MAPPING, list(parts.values()), like.start_mark, like.end_mark, flow_style=False)


def sequence(like: yaml.Node, items: list[yaml.Node]) -> yaml.SequenceNode:
    """A list of these items that stands where `like` stands."""
    return yaml.SequenceNode(PREFIX + "seq", items, like.start_mark, like.end_mark, flow_style=False)


def text(like: yaml.Node, value: str) -> yaml.ScalarNode:
    """A text that stands where `like` stands."""
    return yaml.ScalarNode(TEXT, value, like.start_mark, like.end_mark)


def null(like: yaml.Node) -> yaml.ScalarNode:
    """A null that stands where `like` stands."""
    return yaml.ScalarNode(_NULL, "null", like.start_mark, like.end_mark)


class Entry(Struct, frozen=True):
    """A key of a mapping whose value is taken apart. parts: what is changed; None when the value is no mapping."""

    key: yaml.Node
    value: yaml.Node
    parts: Fields | None

    @property
    def pair(self) -> tuple[yaml.Node, yaml.Node]:
        """Key and value, put together again."""
        return self.key, self.value if self.parts is None else mapping(self.value, self.parts)


def entries(node: yaml.Node) -> dict[str, Entry]:
    """The keys of a mapping, the values taken apart."""
    pairs = fields(node).items()
    return {
        name: Entry(key, value, fields(value) if isinstance(value, yaml.MappingNode) else None)
        for name, (key, value) in pairs
    }


def is_null(node: yaml.Node) -> bool:
    """Whether a node is a null."""
    return node.tag == _NULL


def value_of(node: yaml.Node | None) -> str:
    """The text of a single value; "" for anything else."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def merged(own: yaml.Node, default: yaml.Node) -> yaml.Node:
    """`own` with what only `default` has, mappings within mappings as well; lists and single values are not merged."""
    ours, theirs = fields(own), fields(default)
    if not ours or not theirs or OBJECT in ours or OBJECT in theirs:
        return own
    for name, (key, value) in theirs.items():
        ours[name] = (ours[name][0], merged(ours[name][1], value)) if name in ours else (key, value)
    return mapping(own, ours)
