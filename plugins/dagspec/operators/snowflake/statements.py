"""What the operators that send SQL to Snowflake have in common: where it goes, and how long it may take."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from msgspec import Meta

from dagspec.facts import Facts
from dagspec.kinds import Duration, NonEmpty, whole_seconds
from dagspec.shared import Config, Expansion, SharedOperator, Task

_SESSION = ("warehouse", "database", "schema", "role")


class SnowflakeTask(SharedOperator, frozen=True, kw_only=True):
    """Base of operators that send statements through Snowflake's SQL API: no driver, no password."""

    facts: ClassVar[Facts] = Facts(
        waits_for=("snowflake_statement",), defers=True, dialect="snowflake", outputs={"return_value": "list"}
    )

    snowflake_conn_id: Annotated[NonEmpty, Meta(description="Connection; it logs in with a key pair.")] = (
        "snowflake_default"
    )
    warehouse: Annotated[NonEmpty | None, Meta(description="Instead of the connection's.")] = None
    database: Annotated[NonEmpty | None, Meta(description="Instead of the connection's.")] = None
    schema: Annotated[NonEmpty | None, Meta(description="Instead of the connection's.")] = None
    role: Annotated[NonEmpty | None, Meta(description="Instead of the connection's.")] = None
    timeout: Annotated[Duration, Meta(description="Longest run; Snowflake then cancels it.")] = "2h"
    poll_interval: Annotated[Duration, Meta(description="Pause between two looks at Snowflake.")] = "5s"

    def send(self, task: Task, operator: str, **arguments: Any) -> Expansion:
        """One task of this operator of the runtime."""
        session = {name: value for name in _SESSION if (value := getattr(self, name)) is not None}
        common: Config = {
            "operator": f"dagspec.runtime.{operator}",
            "snowflake_conn_id": self.snowflake_conn_id,
            **({"hook_params": session} if session else {}),
            "timeout_seconds": whole_seconds(self.timeout),
            "poll_interval": whole_seconds(self.poll_interval),
        }
        return Expansion({task.id: common | arguments})
