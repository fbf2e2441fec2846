"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RunOptions:
    """One run of one DAG on this machine.

    ``root`` is the project's folder, ``environment`` a name of ``dag_specs/environments.yaml``,
    ``conf`` the run's configuration. ``buckets`` are searched for outputs (all buckets when empty),
    without the keys below ``ignored_prefixes``. ``before`` is called with the local cloud's address
    once it is ready and before any DAG file is parsed; what it returns is shown to the user. ``event``
    is called with the same address to make happen what starts the run; None: the run is started by hand.
    ``keep`` leaves everything up afterwards.
    """

    root: Path
    dag_id: str
    environment: str = "local"
    conf: Mapping[str, Any] = field(default_factory=dict)
    keep: bool = False
    timeout_seconds: float = 1800
    before: Callable[[str], str | None] | None = None
    event: Callable[[str], None] | None = None
    buckets: Sequence[str] = ()
    ignored_prefixes: Sequence[str] = ("logs/", "code/")
