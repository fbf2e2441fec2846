"""The tables of docs/local-cloud.md tell the truth about Glue."""

from __future__ import annotations

import re
import sys
from types import ModuleType

import pytest
from cloud import CHECKOUT

from localcloud.glue import command

sys.path.insert(0, str(CHECKOUT / "localcloud/glue/lib"))

from awsglue import context, dynamicframe, readers, transforms

TEXT = (CHECKOUT / "docs/local-cloud.md").read_text(encoding="utf-8")


def names(row: str, column: int) -> list[str]:
    """The names in a cell of the Glue section's tables; the row is found by its first cell."""
    section = TEXT.partition("## Glue\n")[2].partition("\n## ")[0]
    (line,) = [line for line in section.splitlines() if line.startswith(f"| {row} |")]
    cell = line.strip("| ").split(" | ")[column]
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(
    ("row", "owner", "aws_only"),
    [
        ("`GlueContext`", context.GlueContext, context._AWS_ONLY),
        ("`DynamicFrame`", dynamicframe.DynamicFrame, dynamicframe._AWS_ONLY),
    ],
)
def test_classes(row: str, owner: type, aws_only: tuple[str, ...]) -> None:
    source = (CHECKOUT / f"localcloud/glue/lib/{owner.__module__.replace('.', '/')}.py").read_text()
    for name in set(names(row, 1)) - {"from_options", "from_catalog"}:
        assert hasattr(owner, name) or f"self.{name}" in source, name
    assert names(row, 2)
    assert set(names(row, 2)) <= set(aws_only)


def test_transforms() -> None:
    for name in names("`transforms`", 1):
        assert _works(transforms, name), name
    for name in names("`transforms`", 2):
        with pytest.raises(NotImplementedError, match=f"^{name} works on AWS Glue only$"):
            getattr(transforms, name).apply(None)
    told = {*names("`transforms`", 1), *names("`transforms`", 2), "MapToCollection"}
    assert {name for name in vars(transforms) if _is_transform(transforms, name)} == told


def _is_transform(module: ModuleType, name: str) -> bool:
    found = vars(module)[name]
    return (
        isinstance(found, type)
        and issubclass(found, transforms.GlueTransform)
        and found is not transforms.GlueTransform
    )


def _works(module: ModuleType, name: str) -> bool:
    return getattr(module, name).__call__ is not transforms.GlueTransform.__call__


def test_formats() -> None:
    assert {name for name in names("formats", 1) if readers.spark_format(name)} == set(readers._FORMATS)
    for name in names("formats", 2):
        with pytest.raises(NotImplementedError, match=f"format='{name}' works on AWS Glue only"):
            readers.spark_format(name)


def test_job_arguments() -> None:
    assert set(command._IGNORED) <= set(names("job arguments", 2)) <= {*command._FOR_GLUE}
    assert set(names("job arguments", 3)) == set(command._REFUSED)
    assert {"--conf", "--extra-py-files", "--extra-files"} <= set(command._FOR_GLUE) & set(names("job arguments", 1))
