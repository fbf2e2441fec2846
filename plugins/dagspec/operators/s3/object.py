"""`s3.object`: the object that a run is for."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from dagspec.facts import Facts
from dagspec.kinds import S3Uri
from dagspec.shared import Expansion, SharedOperator, Task


class Object(SharedOperator, frozen=True):
    """Hand the object that has started the run to the tasks behind it, and start runs for those that came with it."""

    name: ClassVar[str] = "s3.object"
    facts: ClassVar[Facts] = Facts(outputs={"return_value": "mapping"}, template_fields=("default",))

    default: Annotated[
        S3Uri | None,
        Meta(description="Object of a run that is started by hand without a conf; without it such a run fails."),
    ] = None

    def expand(self, task: Task) -> Expansion:
        """One task; only one of the DAG runs at a time, as each looks at what the others have taken."""
        config = {"operator": "dagspec.runtime.s3_object.S3ObjectOperator", "max_active_tis_per_dag": 1}
        return Expansion({task.id: config | ({"default": self.default} if self.default else {})})
