"""What a parsed template does: the variables that it uses, the XComs that it pulls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinja2 import nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from msgspec.structs import replace

from dagspec.jinja_offsets import Nodes
from dagspec.templates import RETURN_VALUE, Use, XComPull

_PULL_ARGUMENTS = ("task_ids", "dag_id", "key", "include_prior_dates")
_OWN_NAMES = {"self", "super", "caller", "varargs", "kwargs", "loop", *DEFAULT_NAMESPACE}
_GUARDS = ("defined", "undefined")
_DEFAULTS = ("default", "d")


def uses(tree: Nodes) -> Iterator[Use]:
    """Each use of a variable that the text does not set itself."""
    chains = {id(node.node) for node in tree.of(nodes.Getattr, nodes.Getitem) if _parts(node)}
    ignored = _names_set(tree) | _OWN_NAMES
    guarded = _guarded(tree)
    for node in tree.of(nodes.Name, nodes.Getattr, nodes.Getitem):
        parts = () if id(node) in chains else _parts(node)
        if parts and parts[0] not in ignored:
            yield Use(parts, _root(node).lineno, not guarded.isdisjoint(_prefixes(parts)))


def _parts(node: Any) -> tuple[str, ...]:
    """`a.b["c"]` → ("a", "b", "c"); empty for what is no such chain."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr):
        inner = _parts(node.node)
        return (*inner, node.attr) if inner else ()
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        inner = _parts(node.node)
        return (*inner, str(node.arg.value)) if inner else ()
    return ()


def _root(node: Any) -> nodes.Name:
    while not isinstance(node, nodes.Name):
        node = node.node
    return node


def _prefixes(parts: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {parts[:end] for end in range(1, len(parts) + 1)}


def _names_set(tree: Nodes) -> set[str]:
    """Names that the text sets anywhere: by set, for, macro, with or import."""
    found = {node.name for node in tree.of(nodes.Name) if node.ctx != "load"}
    found |= {node.name for node in tree.of(nodes.Macro)}
    found |= {node.target for node in tree.of(nodes.Import)}
    for node in tree.of(nodes.FromImport):
        found |= {name if isinstance(name, str) else name[1] for name in node.names}
    return found


def _guarded(tree: Nodes) -> set[tuple[str, ...]]:
    tests = [node.node for node in tree.of(nodes.Test) if node.name in _GUARDS]
    filters = [node.node for node in tree.of(nodes.Filter) if node.name in _DEFAULTS]
    return {parts for node in (*tests, *filters) if (parts := _parts(node))}


def pulls(tree: Nodes) -> Iterator[XComPull]:
    """Each `xcom_pull` of this pipeline whose task ids are literal."""
    outer = {id(node.node): node for node in tree.of(nodes.Getattr, nodes.Getitem)}
    called = {id(node.node) for node in tree.of(nodes.Call)}
    for call in tree.of(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr == "xcom_pull":
            pull = _pull(call)
            if pull is not None:
                yield _with_subscripts(pull, call, outer, called)


def _pull(call: nodes.Call) -> XComPull | None:
    if call.dyn_args or call.dyn_kwargs:
        return None
    arguments: dict[str, Any] = dict(zip(_PULL_ARGUMENTS, call.args, strict=False))
    arguments |= {keyword.key: keyword.value for keyword in call.kwargs}
    ids = _constant(arguments.get("task_ids", nodes.Const(None)))
    if "dag_id" in arguments or not _are_ids(ids):  # another pipeline's, or only known at run time
        return None
    key = _constant(arguments.get("key", nodes.Const(RETURN_VALUE)))
    single = not isinstance(ids, list)
    return XComPull(
        task_ids=() if ids is None else (ids,) if single else tuple(ids),
        key=key if isinstance(key, str) else None,
        offset=call.lineno,
        other_run="include_prior_dates" in arguments or "run_id" in arguments,
        single=single,
    )


def _are_ids(value: Any) -> bool:
    several = value if isinstance(value, list) else [value]
    return value is None or all(isinstance(one, str) for one in several)


def _constant(node: Any) -> Any:
    """The value of a literal; `...` for what is none."""
    if isinstance(node, nodes.Const):
        return node.value
    if isinstance(node, (nodes.List, nodes.Tuple)):
        return [_constant(item) for item in node.items]
    return ...


def _with_subscripts(pull: XComPull, call: nodes.Call, outer: dict[int, Any], called: set[int]) -> XComPull:
    subscripts: list[str | int] = []
    at = 0
    node = outer.get(id(call))
    while node is not None and id(node) not in called:  # what is called is a method: `.split(",")`
        item = node.attr if isinstance(node, nodes.Getattr) else _constant(node.arg)
        if not isinstance(item, (str, int)) or isinstance(item, bool):
            break
        at = at or node.lineno
        subscripts.append(item)
        node = outer.get(id(node))
    return replace(pull, subscripts=tuple(subscripts), subscripts_at=at)
