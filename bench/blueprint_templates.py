"""The templates that the warehouse pipeline needs in Blueprint, written as Blueprint's README shows it."""

from airflow.providers.amazon.aws.operators.sns import SnsPublishOperator
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.providers.amazon.aws.transfers.s3_to_redshift import S3ToRedshiftOperator
from airflow.providers.common.sql.operators.sql import SQLCheckOperator, SQLExecuteQueryOperator
from airflow.providers.snowflake.operators.snowflake import SnowflakeSqlApiOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import BaseOperator
from blueprint import BaseModel, Blueprint, Field


class KeyConfig(BaseModel):
    """A key to wait for."""

    bucket_key: str
    wildcard_match: bool = False
    poke_interval: int = Field(default=60, ge=1)
    timeout: int = Field(default=3600, ge=1)
    deferrable: bool = True


class WaitForKey(Blueprint[KeyConfig]):
    """Wait until a key is there."""

    def render(self, config: KeyConfig) -> BaseOperator:
        """One sensor."""
        return S3KeySensor(task_id=self.step_id, **config.model_dump())


class SqlConfig(BaseModel):
    """A statement."""

    conn_id: str
    sql: str


class RunSql(Blueprint[SqlConfig]):
    """Run a statement."""

    def render(self, config: SqlConfig) -> BaseOperator:
        """One task."""
        return SQLExecuteQueryOperator(task_id=self.step_id, **config.model_dump())


class CheckSql(Blueprint[SqlConfig]):
    """Fail when a query returns false."""

    def render(self, config: SqlConfig) -> BaseOperator:
        """One task."""
        return SQLCheckOperator(task_id=self.step_id, **config.model_dump())


class CopyConfig(BaseModel):
    """What to copy, and where."""

    redshift_conn_id: str
    target_schema: str
    table: str
    s3_bucket: str
    s3_key: str
    copy_options: list[str]
    method: str = Field(default="APPEND", pattern="^(APPEND|REPLACE|UPSERT)$")
    upsert_keys: list[str]


class LoadRedshift(Blueprint[CopyConfig]):
    """Load objects into a table."""

    def render(self, config: CopyConfig) -> BaseOperator:
        """One task."""
        arguments = config.model_dump()
        return S3ToRedshiftOperator(task_id=self.step_id, schema=arguments.pop("target_schema"), **arguments)


class SnowflakeConfig(BaseModel):
    """Statements for Snowflake."""

    snowflake_conn_id: str
    warehouse: str
    statement_count: int
    sql: str


class RunSnowflake(Blueprint[SnowflakeConfig]):
    """Run statements in Snowflake."""

    def render(self, config: SnowflakeConfig) -> BaseOperator:
        """One task."""
        return SnowflakeSqlApiOperator(task_id=self.step_id, **config.model_dump())


class BashConfig(BaseModel):
    """A command."""

    bash_command: str


class RunBash(Blueprint[BashConfig]):
    """Run a command."""

    def render(self, config: BashConfig) -> BaseOperator:
        """One task."""
        return BashOperator(task_id=self.step_id, **config.model_dump())


class MessageConfig(BaseModel):
    """A message."""

    target_arn: str
    subject: str
    message: str


class Publish(Blueprint[MessageConfig]):
    """Publish a message."""

    def render(self, config: MessageConfig) -> BaseOperator:
        """One task."""
        return SnsPublishOperator(task_id=self.step_id, **config.model_dump())
