"""Jinja in texts: which names it uses, which XComs it pulls. Nothing is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dagspec.problem import KeyPath


@dataclass(frozen=True, slots=True)
class XComPull:
    """One `xcom_pull` whose task ids are literal. key: None means the return value."""

    task_ids: tuple[str, ...]
    key: str | None
    subscripts: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text. error: what Jinja says is wrong, with `line` counted from 1 in the text.

    names: the variables it uses that it does not set itself. attributes: dotted names such as `dag_run.conf`.
    """

    text: str
    path: KeyPath
    error: str = ""
    line: int = 0
    names: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    pulls: tuple[XComPull, ...] = ()


def parse_template(text: str, path: KeyPath) -> Template:
    """Parse a text with Jinja; a syntax error is in the result, never raised."""
    from jinja2 import Environment, TemplateSyntaxError, meta

    try:
        tree = Environment(autoescape=True).parse(text)
    except (TemplateSyntaxError, RecursionError) as error:
        line = getattr(error, "lineno", 0) or 0
        return Template(text, path, error=str(getattr(error, "message", None) or error), line=line)
    names = frozenset(meta.find_undeclared_variables(tree))
    return Template(text, path, names=names, attributes=_attributes(tree), pulls=tuple(_pulls(tree)))


def _attributes(tree: Any) -> frozenset[str]:
    from jinja2 import nodes

    found = {_dotted(node) for node in tree.find_all((nodes.Getattr, nodes.Getitem))}
    return frozenset(name for name in found if name)


def _dotted(node: Any) -> str:
    from jinja2 import nodes

    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        inner = _dotted(node.node)
        return f"{inner}.{node.attr}" if inner else ""
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        inner = _dotted(node.node)
        return f"{inner}.{node.arg.value}" if inner else ""
    return ""


def _pulls(tree: Any) -> list[XComPull]:
    from jinja2 import nodes

    wrapped: dict[int, tuple[str | int, ...]] = {}
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.arg, nodes.Const):
            wrapped[id(item.node)] = (item.arg.value, *wrapped.get(id(item), ()))
    pulls = []
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr == "xcom_pull":
            pull = _pull(call, wrapped.get(id(call), ()))
            pulls += [pull] if pull else []
    return pulls


def _pull(call: Any, subscripts: tuple[str | int, ...]) -> XComPull | None:
    arguments = dict(zip(("task_ids", "dag_id", "key"), call.args, strict=False))
    arguments |= {keyword.key: keyword.value for keyword in call.kwargs}
    if "dag_id" in arguments:  # another pipeline's
        return None
    ids = _constant(arguments.get("task_ids"))
    key = _constant(arguments.get("key")) if "key" in arguments else None
    if isinstance(ids, str):
        return XComPull((ids,), key if isinstance(key, str) else None, subscripts)
    if isinstance(ids, list) and all(isinstance(one, str) for one in ids):
        return XComPull(tuple(ids), key if isinstance(key, str) else None, subscripts)
    return None


def _constant(node: Any) -> Any:
    from jinja2 import nodes

    if isinstance(node, nodes.Const):
        return node.value
    if isinstance(node, (nodes.List, nodes.Tuple)):
        return [_constant(item) for item in node.items]
    return None
