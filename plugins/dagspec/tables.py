"""The dated tables under `data/`: what is known of the world outside, and when it was looked up."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

T = TypeVar("T")

DATA = Path(__file__).parent / "data"


@cache
def table(name: str, kind: type[T]) -> T:
    """The table `data/NAME.yaml` as a struct. ValidationError of msgspec when it does not fit."""
    data = yaml.load((DATA / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return msgspec.convert(data, kind)
