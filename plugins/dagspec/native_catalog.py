"""The operators of the provider packages: their parameters and template fields, from a committed table.

`make native-catalog` makes the table from the installed packages' sources; nothing here imports Airflow.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

DATA = Path(__file__).parent / "data" / "native_operators.json"


class Parameter(msgspec.Struct, frozen=True, omit_defaults=True):
    """One keyword of an operator.

    types: `text`, `number`, `boolean`, `list` and `mapping`; empty when any value may be right.
    choices: the values of a `Literal`.
    """

    types: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[str | int | float | bool | None, ...] = ()


class NativeOperator(msgspec.Struct, frozen=True, omit_defaults=True):
    """One operator or sensor. Those parameters that every task takes are in `Catalog.base`.

    complete: False when a base class is in a package that was not installed, so that there are further parameters.
    template_fields: None when the source does not say them plainly.
    """

    doc: str = ""
    parameters: dict[str, Parameter] = {}
    template_fields: tuple[str, ...] | None = None
    sensor: bool = False
    branches: bool = False
    complete: bool = True

    @property
    def deferrable(self) -> bool:
        """Whether it can wait in the triggerer."""
        return "deferrable" in self.parameters


class Catalog(msgspec.Struct, frozen=True):
    """The whole table.

    providers: import path of a provider package → its version. base: what every task takes.
    operators: dotted path → `NativeOperator`, decoded when asked for. aliases: other paths of the same classes.
    """

    generated: str
    providers: dict[str, str]
    base: dict[str, Parameter]
    operators: dict[str, msgspec.Raw]
    aliases: dict[str, str]


@cache
def native_catalog() -> Catalog:
    """The table; read once, in about a millisecond."""
    return msgspec.json.decode(DATA.read_bytes(), type=Catalog)


@cache
def native(path: str) -> NativeOperator | None:
    """The operator of that dotted path; None when the table has none."""
    catalog = native_catalog()
    found = catalog.operators.get(catalog.aliases.get(path, path))
    return None if found is None else msgspec.json.decode(found, type=NativeOperator)


def provider_of(path: str) -> tuple[str, str] | None:
    """Import path and version of the provider package that holds a dotted path, if the table has that package."""
    for package, version in native_catalog().providers.items():
        if path.startswith(package + "."):
            return package, version
    return None
