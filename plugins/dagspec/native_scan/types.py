"""Annotations of parameters → the rough types of the table."""

from __future__ import annotations

import ast

from dagspec.native_catalog import Parameter

_TYPES = {
    "text": ("str",),
    "number": ("int", "float"),
    "boolean": ("bool",),
    "list": ("list", "List", "Sequence", "Iterable", "Collection", "tuple", "Tuple", "set", "Set", "frozenset"),
    "mapping": ("dict", "Dict", "Mapping", "MutableMapping"),
}
_ROUGH = {name: rough for rough, names in _TYPES.items() for name in names}
_NOTHING = ("None", "ArgNotSet")


def parameter(annotation: ast.expr | None, required: bool) -> Parameter:
    """What a parameter with this annotation takes."""
    parts = [part for part in _alternatives(annotation) if _name(part) not in _NOTHING]
    choices = tuple(choice for part in parts for choice in _choices(part))
    if choices and all(_name(part) == "Literal" for part in parts):
        return Parameter(required=required, choices=choices)
    rough = ["text" if _name(part) == "Literal" else _ROUGH.get(_name(part), "") for part in parts]
    return Parameter(tuple(dict.fromkeys(rough)) if all(rough) else (), required)


def _alternatives(annotation: ast.expr | None) -> list[ast.expr]:
    """The members of `A | B`, `Union[A, B]` and `Optional[A]`."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return _alternatives(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.BinOp):
        return [*_alternatives(annotation.left), *_alternatives(annotation.right)]
    if isinstance(annotation, ast.Subscript) and _name(annotation) in ("Union", "Optional"):
        inner = annotation.slice
        members = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        return [part for member in members for part in _alternatives(member)]
    return [annotation] if annotation else []


def _name(annotation: ast.expr) -> str:
    if isinstance(annotation, ast.Subscript):
        return _name(annotation.value)
    if isinstance(annotation, ast.Constant):
        return str(annotation.value)
    return annotation.attr if isinstance(annotation, ast.Attribute) else getattr(annotation, "id", "")


def _choices(annotation: ast.expr) -> list[str | int | float | bool | None]:
    if not isinstance(annotation, ast.Subscript) or _name(annotation) != "Literal":
        return []
    inner = annotation.slice
    members = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    values = [member.value for member in members if isinstance(member, ast.Constant)]
    return [value for value in values if value is None or isinstance(value, (str, int, float))]
