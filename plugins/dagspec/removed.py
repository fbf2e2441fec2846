"""Operators of earlier versions of Airflow and its providers, and where they are now."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from dagspec.native_catalog import native_catalog
from dagspec.problem import Problem
from dagspec.rename import rename
from dagspec.shared import Task
from dagspec.tables import table

# where operators were before they moved into provider packages
_OLD_HOMES = ("airflow.contrib.", "airflow.operators.", "airflow.sensors.")


class Removed(msgspec.Struct, frozen=True):
    """What became of an operator. same: the one to use takes the same arguments."""

    use: str = ""
    since: str = ""
    note: str = ""
    same: bool = False


def removed_operator(path: str, task: Task) -> Problem | None:
    """The problem of an operator that once was, with where it went; None when it never was one."""
    found = _lookup(path)
    if found is None:
        return None
    name = path.rpartition(".")[2]
    message = f'operator "{name}" ' + (f"was removed in {found.since}" if found.since else "is no longer there")
    help_ = "; ".join(part for part in (f'use "{found.use}"' if found.use else "", found.note) if part)
    # the class is the same, so the task does what it did
    fix = rename(task.place("operator"), path, found.use) if found.same else None
    fix = replace(fix, safe=True) if fix else None
    return Problem("removed-operator", message, task.place("operator"), help_, fix=fix)


def moved_to(path: str) -> str:
    """Where the operator of an earlier Airflow is now, when it takes the same arguments there; else ""."""
    found = _lookup(path)
    return found.use if found and found.same else ""


def is_known_removed(path: str) -> bool:
    """Whether the table says what became of an operator."""
    return _lookup(path) is not None


def _lookup(path: str) -> Removed | None:
    name = path.rpartition(".")[2]
    if name in _table() and path.startswith("airflow."):
        return _table()[name]
    if not path.startswith(_OLD_HOMES):
        return None
    now = [known for known in native_catalog().operators if known.rpartition(".")[2] == name]
    return Removed(use=now[0], same=True) if len(now) == 1 else None


class _Table(msgspec.Struct, frozen=True):
    operators: dict[str, Removed]


def _table() -> dict[str, Removed]:
    return table("removed_operators", _Table).operators
