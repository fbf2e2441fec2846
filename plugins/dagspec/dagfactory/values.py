"""Values that dag-factory spells in its own way: dates that count from today, schedules."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import yaml

from dagspec.dagfactory.findings import Findings
from dagspec.dagfactory.nodes import is_null, null, sequence, text, value_of
from dagspec.kinds import is_date
from dagspec.lazy import lazily
from dagspec.today import today

_RELATIVE = lazily(r"(?P<count>\d+)\s+(?P<unit>hour|minute|second|day)", re.IGNORECASE)


def date(node: yaml.Node, name: str, findings: Findings) -> yaml.Node:
    """A date as specs spell it. One that counts from today is taken, and told: it moves."""
    value = value_of(node)
    if not value or is_date(value):
        return node
    if found := _RELATIVE.match(value):
        message = f'"{name}" is "{value}" before today: it moves every day, and with it the runs that catchup starts'
        findings.note("wrong-date", node, message, "write a fixed date, for example 2024-01-31")
        return text(node, _before_today(int(found["count"]), found["unit"].lower()))
    try:
        return text(node, datetime.fromisoformat(value).isoformat(timespec="seconds"))
    except ValueError:
        return node  # the schema tells what a date looks like


def _before_today(count: int, unit: str) -> str:
    try:
        moment = datetime.combine(today(), time(), UTC) - timedelta(**{unit + "s": count})
    except OverflowError:
        return "0001-01-01"
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def schedule(node: yaml.Node, findings: Findings) -> yaml.Node:
    """A schedule as specs spell it: a cron text, a list of URIs, or null."""
    if isinstance(node, yaml.MappingNode):
        findings.refuse(node, "its schedule is made of Python objects: dagspec takes a cron text or a list of URIs")
        return null(node)
    if isinstance(node, yaml.SequenceNode):
        return sequence(node, [item for item in node.value if not is_null(item) and value_of(item).strip() != ""])
    return null(node) if value_of(node).strip().lower() == "none" else node
