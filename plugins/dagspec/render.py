"""A compiled config as dag-factory YAML."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import yaml

from dagspec.compiler import Compiled


class _Dumper(yaml.SafeDumper):
    """Plain YAML: no anchors, dates as text, durations as dag-factory spells them."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - yaml's signature
        return True


def _timedelta(dumper: yaml.SafeDumper, value: timedelta) -> yaml.Node:
    return dumper.represent_dict({"__type__": "datetime.timedelta", "seconds": value.total_seconds()})


def _datetime(dumper: yaml.SafeDumper, value: datetime) -> yaml.Node:
    return dumper.represent_str(value.isoformat())


_Dumper.add_representer(timedelta, _timedelta)
_Dumper.add_representer(datetime, _datetime)
_Dumper.add_representer(tuple, lambda dumper, value: dumper.represent_list(value))


def render(compiled: Compiled) -> str:
    """The config as a file of dag-factory's own format: `{dag_id: {…}}`."""
    config = {key: value for key, value in compiled.config.items() if key != "dag_id"}
    return yaml.dump({compiled.dag_id: config}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
