"""Modules as syntax trees, and what a name in one of them stands for."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Found:
    """A class and the module that defines it."""

    module: Module
    node: ast.ClassDef

    @property
    def path(self) -> str:
        """Its dotted path."""
        return f"{self.module.name}.{self.node.name}"


class Module:
    """One parsed module."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.is_package = path.name == "__init__.py"
        self.tree = ast.parse(path.read_text(encoding="utf-8"))

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The classes at its top level, also those below `if` and `try`."""
        return {node.name: node for node in _statements(self.tree.body) if isinstance(node, ast.ClassDef)}

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """Local name → (module, name there); `if TYPE_CHECKING` says what lazily loaded names are."""
        found: dict[str, tuple[str, str]] = {}
        for node in _statements(self.tree.body):
            if isinstance(node, ast.ImportFrom):
                origin = self._origin(node)
                # the first import wins: what follows it is for older versions of Airflow
                for alias in node.names:
                    found.setdefault(alias.asname or alias.name, (origin, alias.name))
        return self._lazy_imports() | found

    def _lazy_imports(self) -> dict[str, tuple[str, str]]:
        """Names that `__getattr__` imports: the compatibility modules keep them in a literal mapping."""
        try:
            lazy = ast.literal_eval(self.values["_IMPORT_MAP"])
        except (KeyError, ValueError):
            return {}
        # of several origins the first is that of the newest Airflow
        return {name: (origin if isinstance(origin, str) else origin[0], name) for name, origin in lazy.items()}

    @cached_property
    def values(self) -> dict[str, ast.expr]:
        """Names that are assigned at its top level."""
        return assignments(self.tree.body)

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        levels = node.level - 1 if self.is_package else node.level
        base = self.name.rsplit(".", levels)[0] if levels else self.name
        return f"{base}.{node.module}" if node.module else base


class Modules:
    """The modules below one `site-packages`, parsed when they are asked for."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self._parsed: dict[str, Module | None] = {}

    def get(self, name: str) -> Module | None:
        """The module of that name; None when it is not installed."""
        if name not in self._parsed:
            base = self.site / name.replace(".", "/")
            paths = [path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()]
            self._parsed[name] = Module(name, paths[0]) if paths else None
        return self._parsed[name]

    def find(self, module: Module, name: str, depth: int = 10) -> Found | None:
        """The class that a name stands for in a module, through its imports; None when that cannot be told."""
        # imports first: a class of the same name is then a stand-in for older versions of Airflow
        if name in module.imports and depth:
            origin, imported = module.imports[name]
            other = self.get(origin) if origin.startswith("airflow.") else None
            if other and (found := self.find(other, imported, depth - 1)):
                return found
        if name in module.classes:
            return Found(module, module.classes[name])
        if isinstance(assigned := module.values.get(name), ast.Name) and assigned.id != name and depth:
            return self.find(module, assigned.id, depth - 1)
        return None


def assignments(body: list[ast.stmt]) -> dict[str, ast.expr]:
    """Name → the expression that is assigned to it in these statements."""
    found: dict[str, ast.expr] = {}
    for node in _statements(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
        elif isinstance(node, ast.Assign):
            found.update({target.id: node.value for target in node.targets if isinstance(target, ast.Name)})
    return found


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for node in body:
        found.append(node)
        if isinstance(node, ast.If):
            found += _statements([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            found += _statements([*node.body, *(inner for handler in node.handlers for inner in handler.body)])
    return found
