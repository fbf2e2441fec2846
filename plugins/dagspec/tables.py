"""The dated tables under `data/`: what is known of the world outside, and when it was looked up.

People edit the YAML files, which name their sources. `make tables` joins them in `tables.json`, which is what is read:
that takes a twentieth of the time.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

DATA = Path(__file__).parent / "data"
JOINED = DATA / "tables.json"


def table(name: str, kind: type[T]) -> T:
    """The table `data/NAME.yaml` as a struct. ValidationError of msgspec when it does not fit."""
    found: T = _decoded(name, kind)  # type: ignore[arg-type]  # mypy doubts that types can be hashed
    return found


@cache
def _decoded(name: str, kind: Any) -> Any:
    return msgspec.json.decode(_tables()[name], type=kind)


@cache
def _tables() -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(JOINED.read_bytes(), type=dict[str, msgspec.Raw])


def joined() -> str:
    """All tables as JSON, one on each line."""
    import yaml

    lines = []
    for path in sorted(DATA.glob("*.yaml")):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        lines.append(f'"{path.stem}":{msgspec.json.encode(data).decode()}')
    return "{" + ",\n".join(lines) + "}\n"


if __name__ == "__main__":
    JOINED.write_text(joined(), encoding="utf-8")
