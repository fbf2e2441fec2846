"""The quick check by msgspec takes nothing that the JSON Schema refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagspec.catalog import catalog, example
from dagspec.policy import PolicyFile
from dagspec.schema import fits, schema_of
from dagspec.schema_problems import problems_of
from dagspec.source import read_text
from dagspec.spec import Pipeline, TaskDefaults, TaskKeys

SOURCE = read_text("tasks: {}", "any.yaml")
SETS: list[tuple[type, ...]] = [(Pipeline,), (PolicyFile,), (TaskKeys, TaskDefaults)]
SETS += [(kind, TaskKeys, TaskDefaults) for kind in catalog().values()]
PLAIN: list[Any] = [None, True, False, 0, 1, -1, 2**31 - 1, 2**31, 2**63 - 1, 0.0, 5.0, 1.5, -0.5, float("nan")]
PLAIN += [float("inf"), "", "x", "a b", "2h", "2h\n", "1.5", "1", "true", "2024-01-31", "2024-13-99", "s3://a/b", "é"]
PLAIN += ["{{ ds }}", "all_done", "absolute", "CONTINUE", "SPOT", "manual", "x" * 201, "m5.xlarge", "spark_jobs/a.py"]
WORDS = [
    "x-y",
    "name",
    "instance_type",
    "count",
    "market",
    "spark_submit",
    "command",
    "retries",
    "owner",
    "dependencies",
]
WORDS += ["dependencies", "rules", "specs", "max_instances", "default_args", "tooltip", "script", "no_such_key"]
VALUES = st.recursive(
    st.sampled_from(PLAIN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def entries(draw: st.DrawFn) -> tuple[tuple[type, ...], dict[str, Any], bool]:
    """Types, and a mapping with keys of theirs: often the only wrong thing is one value."""
    types = draw(st.sampled_from(SETS))
    keys = [*schema_of(*types)["properties"], "x-anchor", "unknown"]
    value = _sound(types) if draw(st.booleans()) else {}
    value |= draw(st.dictionaries(st.sampled_from(keys), VALUES, max_size=2))
    return types, value, draw(st.booleans())


def _sound(types: tuple[type, ...]) -> dict[str, Any]:
    """A mapping with nothing wrong: the example of an operator, or as little as will do."""
    if types[0] in catalog().values():
        tasks = read_text(example(types[0]), "example.yaml").value
        return dict(next(task for task in tasks.values() if task["operator"] == types[0].name))
    needed: dict[str, Any] = {"operator": "a", "tasks": {"a": {}}, "rules": [{"name": "a"}]}
    return {key: needed[key] for key in schema_of(*types)["required"]}


@given(entries())
@settings(max_examples=1500, deadline=None)
def test_what_fits_keeps_the_schema(entry: tuple[tuple[type, ...], dict[str, Any], bool]) -> None:
    types, value, open_ = entry
    if fits(value, types, open_):
        assert problems_of(value, types, SOURCE, (), open_) == []


@pytest.mark.parametrize("types", SETS, ids=lambda types: types[0].__name__)
def test_a_good_mapping_needs_no_schema(types: tuple[type, ...]) -> None:
    assert fits(_sound(types) | {"x-anchor": 1}, types)
    assert not fits(_sound(types) | {"unknown": 1}, types)
    assert fits(_sound(types) | {"unknown": 1}, types, open_=True)


@pytest.mark.parametrize("value", [None, [], "a", 1])
def test_what_is_no_mapping_does_not_fit(value: Any) -> None:
    assert not fits(value, (Pipeline,))
