"""What this library does not have."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NoReturn


def refuse(name: str) -> NoReturn:
    """Say that something is not here. Raises NotImplementedError."""
    raise NotImplementedError(f"{name} works on AWS Glue only")


def missing_attribute(owner: str, name: str, known: Collection[str]) -> NoReturn:
    """NotImplementedError for what AWS has under this name, AttributeError for any other."""
    if name in known:
        refuse(f"{owner}.{name}")
    raise AttributeError(f"{owner} has no attribute {name!r}")


def check_options(owner: str, options: dict[str, Any], known: Collection[str]) -> None:
    """NotImplementedError if there are options that would have an effect on AWS, but not here."""
    unknown = [name for name in options if name not in known]
    if unknown:
        refuse(f"{owner} with {', '.join(unknown)}")
