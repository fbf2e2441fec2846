"""Classes as Python would see them: the order of their bases, the keywords of `__init__`, the template fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from dagspec.native_catalog import Parameter
from dagspec.native_scan.modules import Found, Modules, assignments
from dagspec.native_scan.types import parameter

BASE = "airflow.sdk.bases.operator.BaseOperator"
SENSOR = "airflow.sdk.bases.sensor.BaseSensorOperator"
BRANCHING = ("airflow.sdk.bases.branch.BranchMixIn", "airflow.sdk.bases.skipmixin.SkipMixin")
# bases outside of Airflow that take no keywords
PLAIN = ("ABC", "Generic", "object", "Protocol")
# every operator behind `aws_template_fields()` has these as well
AWS_FIELDS = ("aws_conn_id", "region_name", "verify")


@dataclass(slots=True)
class Line:
    """The method resolution order of a class; complete: whether every base is known."""

    classes: list[Found]
    complete: bool = True

    @property
    def paths(self) -> list[str]:
        """Their dotted paths."""
        return [found.path for found in self.classes]


def line_of(found: Found, modules: Modules) -> Line:
    """The classes in which Python looks for a name, by its C3 order."""
    line, orders, direct = Line([found]), [], []
    for base in found.node.bases:
        name = base.value if isinstance(base, ast.Subscript) else base
        parent = modules.find(found.module, name.id) if isinstance(name, ast.Name) else None
        if parent is None:
            line.complete &= ast.unparse(name) in PLAIN
            continue
        above = line_of(parent, modules)
        line.complete &= above.complete
        orders.append(above.classes)
        direct.append(parent)
    line.classes += _merged([*orders, direct])
    return line


def _merged(orders: list[list[Found]]) -> list[Found]:
    merged: list[Found] = []
    while orders := [order for order in orders if order]:
        heads = [order[0] for order in orders]
        behind = {found.path for order in orders for found in order[1:]}
        head = next((one for one in heads if one.path not in behind), heads[0])
        merged.append(head)
        orders = [[one for one in order if one.path != head.path] for order in orders]
    return merged


@dataclass(slots=True)
class Signature:
    """The keywords that a class takes. open: it hands the rest to BaseOperator."""

    parameters: dict[str, Parameter] = field(default_factory=dict)
    open: bool = False


def signature(line: Line) -> Signature:
    """The keywords of `__init__`, each class handing on to the next what it does not take itself."""
    found, given = Signature(), set[str]()
    for one in line.classes:
        if one.path == BASE:
            found.open = True
            break
        init = _method(one.node, "__init__")
        if init is None:
            continue
        for name, value in _keywords(init):
            if name not in given:  # what a subclass passes on itself cannot be set from outside
                found.parameters.setdefault(name, value)
        if init.args.kwarg is None:
            break
        given |= set(_handed_on(init))
    return found


def own_keywords(found: Found) -> dict[str, Parameter]:
    """The keywords of a class's own `__init__`."""
    init = _method(found.node, "__init__")
    return dict(_keywords(init)) if init else {}


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == name), None)


def _keywords(init: ast.FunctionDef) -> Iterator[tuple[str, Parameter]]:
    positional = [*init.args.posonlyargs, *init.args.args][1:]
    optional = len(init.args.defaults)
    for index, argument in enumerate(positional):
        required = index < len(positional) - optional
        yield argument.arg, parameter(argument.annotation, required)
    for argument, default in zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True):
        yield argument.arg, parameter(argument.annotation, default is None)
    for name in _looked_up(init):
        yield name, Parameter()


def _looked_up(init: ast.FunctionDef) -> Iterator[str]:
    """Keywords that the body takes out of `**kwargs`."""
    rest = init.args.kwarg.arg if init.args.kwarg else ""
    for node in ast.walk(init):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        if ast.unparse(node.func) in (f"{rest}.pop", f"{rest}.get") and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def _handed_on(init: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(init):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".__init__"):
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def template_fields(line: Line, modules: Modules) -> tuple[str, ...] | None:
    """The template fields of the first class in the order that names them; None when they are computed."""
    for index, one in enumerate(line.classes):
        value = assignments(one.node.body).get("template_fields")
        if value is not None:
            fields = _fields(value, Line(line.classes[index:]), modules)
            return None if fields is None else tuple(dict.fromkeys(fields))
    return ()


def _fields(value: ast.expr, line: Line, modules: Modules) -> list[str] | None:
    """The texts of an expression: tuples, sums, calls of `aws_template_fields`, other classes' fields."""
    if isinstance(value, ast.Constant):
        return [value.value] if isinstance(value.value, str) else None
    if isinstance(value, (ast.Tuple, ast.List, ast.Set)):
        return _all_fields(value.elts, line, modules)
    if isinstance(value, ast.Starred):
        return _fields(value.value, line, modules)
    if isinstance(value, ast.BinOp):
        return _all_fields([value.left, value.right], line, modules)
    if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name) and value.attr == "template_fields":
        other = modules.find(line.classes[0].module, value.value.id)
        fields = template_fields(line_of(other, modules), modules) if other else None
        return None if fields is None else list(fields)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return _of_call(value.func.id, value.args, line, modules)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "union":
        return _all_fields([value.func.value, *value.args], line, modules)
    return None


def _of_call(name: str, arguments: list[ast.expr], line: Line, modules: Modules) -> list[str] | None:
    fields = _all_fields(arguments, line, modules)
    if fields is None or name not in ("aws_template_fields", "tuple", "list", "set", "sorted"):
        return None
    return sorted({*fields, *AWS_FIELDS}) if name == "aws_template_fields" else fields


def _all_fields(values: list[ast.expr], line: Line, modules: Modules) -> list[str] | None:
    parts = [_fields(value, line, modules) for value in values]
    return None if None in parts else [name for part in parts for name in part or []]
