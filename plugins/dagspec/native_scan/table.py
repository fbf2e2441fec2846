"""All operators of the installed provider packages as the text of the table."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import msgspec

from dagspec.native_catalog import NativeOperator, Parameter
from dagspec.native_scan.classes import (
    BASE,
    BRANCHING,
    SENSOR,
    Line,
    line_of,
    own_keywords,
    signature,
    template_fields,
)
from dagspec.native_scan.modules import Found, Modules
from dagspec.today import today

_DISTRIBUTION = "apache-airflow-providers-"
_ENDINGS = ("Operator", "Sensor", "Async", "Transfer", "Marker")
# the builder sets these
_NOT_FOR_SPECS = ("dag", "task_group", "task_id")


def table(site: Path) -> str:
    """The table of the provider packages below `site`: JSON with one line for each operator."""
    modules = Modules(site)
    packages = providers(site)
    found: dict[str, NativeOperator] = {}
    aliases: dict[str, str] = {}
    for name in _module_names(site, packages):
        for exported, real in _operators(name, modules):
            path = f"{name}.{exported}"
            if path == real.path:
                found[path] = _operator(real, modules)
            else:
                aliases[path] = real.path
    # base classes are imported everywhere, and no task names them
    aliases = {path: real for path, real in sorted(aliases.items()) if real in found and "Base" not in real}
    return _text(packages, _base(modules), found, aliases)


def providers(site: Path) -> dict[str, str]:
    """Import path of each installed provider package → its version."""
    names = {
        str(one.metadata["Name"]): str(one.version)
        for one in distributions(path=[str(site)])
        if str(one.metadata["Name"]).startswith(_DISTRIBUTION)
    }
    return {
        "airflow.providers." + name.removeprefix(_DISTRIBUTION).replace("-", "."): version
        for name, version in sorted(names.items())
    }


def _module_names(site: Path, packages: dict[str, str]) -> Iterator[str]:
    for package in packages:
        for path in sorted((site / package.replace(".", "/")).rglob("*.py")):
            inside = path.relative_to(site).with_suffix("")
            parts = inside.parts[:-1] if inside.name == "__init__" else inside.parts
            if not {"example_dags", "decorators"} & set(parts):
                yield ".".join(parts)


def _operators(name: str, modules: Modules) -> Iterator[tuple[str, Found]]:
    """The operators that a module defines, and those of provider packages that it imports."""
    module = modules.get(name)
    if module is None:
        return
    for exported in dict.fromkeys([*module.classes, *module.imports, *module.values]):
        # by name first: to follow the bases of every hook would take most of the time
        if exported.startswith("_") or not exported.endswith(_ENDINGS):
            continue
        found = modules.find(module, exported)
        if found and found.module.name.startswith("airflow.providers.") and _is_operator(line_of(found, modules)):
            yield exported, found


def _is_operator(line: Line) -> bool:
    unknown = not line.complete and line.classes[0].node.name.endswith(("Operator", "Sensor"))
    return BASE in line.paths or unknown


def _operator(found: Found, modules: Modules) -> NativeOperator:
    line = line_of(found, modules)
    keywords = signature(line)
    complete = line.complete and keywords.open
    sensor, branches = SENSOR in line.paths, bool(set(BRANCHING) & set(line.paths))
    fields = template_fields(line, modules)
    return NativeOperator(_first_line(found), keywords.parameters, fields, sensor, branches, complete)


def _first_line(found: Found) -> str:
    return (ast.get_docstring(found.node) or "").strip().partition("\n")[0]


def _base(modules: Modules) -> dict[str, Parameter]:
    module = modules.get(BASE.rpartition(".")[0])
    found = modules.find(module, "BaseOperator") if module else None
    keywords = own_keywords(found) if found else {}
    return {name: value for name, value in keywords.items() if name not in _NOT_FOR_SPECS and not name.startswith("_")}


def _text(packages: dict[str, str], base: Any, found: dict[str, NativeOperator], aliases: dict[str, str]) -> str:
    def line(value: Any) -> str:
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":"), sort_keys=True)

    operators = ",\n".join(f'"{path}":{line(found[path])}' for path in sorted(found))
    parts = {
        "generated": line(today().isoformat()),
        "providers": line(packages),
        "base": line(base),
        "aliases": line(aliases),
        "operators": "{\n" + operators + "\n}",
    }
    return "{\n" + ",\n".join(f'"{key}":{value}' for key, value in parts.items()) + "\n}\n"
