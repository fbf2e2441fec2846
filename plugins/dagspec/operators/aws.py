"""What the options of several AWS operators have in common."""

from __future__ import annotations

from dagspec.kinds import NonEmpty
from dagspec.shared import Config, SharedOperator


class AwsOperator(SharedOperator, frozen=True, kw_only=True):
    """Base of operators that call AWS through one connection."""

    aws_conn_id: NonEmpty = "aws_default"
    region_name: NonEmpty | None = None

    def aws(self) -> Config:
        """The arguments that every AWS operator of Airflow takes."""
        region = {"region_name": self.region_name} if self.region_name else {}
        return {"aws_conn_id": self.aws_conn_id} | region
