"""The keys of a spec, as types: what Airflow's DAG, its tasks and its task groups take that makes sense in YAML.

The JSON schemas, the checks and the reference are made from these classes. Names and meanings are Airflow's and
dag-factory's own.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dagspec.kinds import Bucket, Date, Duration, Id, Natural, NonEmpty, Positive, Queue

TriggerRule = Literal[
    "all_success",
    "all_failed",
    "all_done",
    "all_done_min_one_success",
    "all_done_setup_success",
    "all_skipped",
    "always",
    "none_failed",
    "none_failed_min_one_success",
    "none_skipped",
    "one_done",
    "one_failed",
    "one_success",
]


class Keys(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, frozen=True):
    """Base of all typed parts of a spec: unknown keys are errors."""


class TaskDefaults(Keys, frozen=True):
    """Arguments that every Airflow task takes; in `default_args` they hold for all tasks."""

    owner: Annotated[NonEmpty, Meta(description="Who is responsible.")] | UnsetType = UNSET
    email: Annotated[str | list[str], Meta(description="Whom Airflow mails.")] | UnsetType = UNSET
    retries: Annotated[Natural, Meta(description="How often a failed task is tried again.")] | UnsetType = UNSET
    retry_delay: Annotated[Duration, Meta(description="Pause before a retry.")] | UnsetType = UNSET
    retry_exponential_backoff: (
        Annotated[float, Meta(ge=0, description="Each pause is so many times the last; 0: all alike.")] | UnsetType
    ) = UNSET
    max_retry_delay: Annotated[Duration, Meta(description="Longest pause.")] | UnsetType = UNSET
    execution_timeout: Annotated[Duration, Meta(description="Longest run of one try.")] | UnsetType = UNSET
    trigger_rule: Annotated[TriggerRule, Meta(description="When it runs, by the states before it.")] | UnsetType = UNSET
    depends_on_past: Annotated[bool, Meta(description="Run only after its last run succeeded.")] | UnsetType = UNSET
    wait_for_downstream: Annotated[bool, Meta(description="Also wait for what followed it.")] | UnsetType = UNSET
    pool: Annotated[NonEmpty, Meta(description="Pool whose slots it takes.")] | UnsetType = UNSET
    pool_slots: Annotated[Positive, Meta(description="Slots it takes.")] | UnsetType = UNSET
    priority_weight: Annotated[int, Meta(description="Which task goes first.")] | UnsetType = UNSET
    weight_rule: Literal["absolute", "downstream", "upstream"] | UnsetType = UNSET
    queue: Annotated[NonEmpty, Meta(description="Queue of the workers that run it.")] | UnsetType = UNSET
    executor: Annotated[NonEmpty, Meta(description="Executor that runs it.")] | UnsetType = UNSET
    max_active_tis_per_dag: Positive | UnsetType = UNSET
    max_active_tis_per_dagrun: Positive | UnsetType = UNSET
    do_xcom_push: bool | UnsetType = UNSET
    run_as_user: NonEmpty | UnsetType = UNSET
    start_date: Date | UnsetType = UNSET
    end_date: Date | UnsetType = UNSET
    aws_conn_id: Annotated[NonEmpty, Meta(description="Airflow connection to AWS.")] | UnsetType = UNSET
    region_name: Annotated[NonEmpty, Meta(description="AWS region.")] | UnsetType = UNSET
    deferrable: Annotated[bool, Meta(description="Wait in the triggerer, not in a worker.")] | UnsetType = UNSET


class TaskKeys(Keys, frozen=True):
    """What may stand at any task beside its operator's own arguments."""

    operator: Annotated[
        NonEmpty, Meta(description="A short name (`dagspec operators`) or the dotted path of a provider operator.")
    ]
    dependencies: (
        Annotated[list[str], Meta(description="Tasks and task groups that must be done before this one.")] | UnsetType
    ) = UNSET
    task_group_name: Annotated[Id, Meta(description="The group it belongs to.")] | UnsetType = UNSET
    task_display_name: Annotated[NonEmpty, Meta(description="Its name in the UI.")] | UnsetType = UNSET
    doc_md: Annotated[str, Meta(description="Notes in Markdown.")] | UnsetType = UNSET
    params: Annotated[dict[str, Any], Meta(description="Parameters for its templates.")] | UnsetType = UNSET
    inlets: Annotated[list[str], Meta(description="Assets that it reads.")] | UnsetType = UNSET
    outlets: Annotated[list[str], Meta(description="Assets that it writes.")] | UnsetType = UNSET


class TaskGroup(Keys, frozen=True):
    """A box around tasks in the graph."""

    tooltip: str | UnsetType = UNSET
    group_display_name: NonEmpty | UnsetType = UNSET
    dependencies: list[str] | UnsetType = UNSET
    parent_group_name: Annotated[Id, Meta(description="The group that it lies in.")] | UnsetType = UNSET
    default_args: TaskDefaults | UnsetType = UNSET
    ui_color: NonEmpty | UnsetType = UNSET
    ui_fgcolor: NonEmpty | UnsetType = UNSET


class S3ObjectEvent(Keys, frozen=True):
    """Objects that land in a bucket, as S3 tells them to a queue."""

    bucket: Annotated[Bucket, Meta(description="The bucket that is watched.")]
    queue: Annotated[Queue, Meta(description="Name or URL of the SQS queue that S3 notifies; of this pipeline alone.")]
    prefix: Annotated[str, Meta(description="Only keys that begin so.")] = ""
    suffix: Annotated[str, Meta(description="Only keys that end so.")] = ""
    aws_conn_id: Annotated[NonEmpty, Meta(description="Airflow connection that reads the queue.")] = "aws_default"


class Trigger(Keys, frozen=True):
    """What starts a run, instead of a schedule."""

    s3_object: Annotated[S3ObjectEvent, Meta(description="One run for each object that lands.")]


RunType = Literal["manual", "scheduled", "backfill", "asset_triggered", "asset_materialization"]


class Pipeline(Keys, frozen=True):
    """One pipeline, one DAG."""

    tasks: Annotated[dict[str, dict[str, Any]], Meta(min_length=1, description="The tasks, by their id.")]
    dag_id: Annotated[Id, Meta(description="The file's name without .yaml; may be left out.")] | UnsetType = UNSET
    dag_display_name: NonEmpty | UnsetType = UNSET
    description: Annotated[str, Meta(description="What it is for, in one sentence.")] | UnsetType = UNSET
    doc_md: Annotated[str, Meta(description="Notes in Markdown, shown above the spec.")] | UnsetType = UNSET
    owner: Annotated[NonEmpty, Meta(description="The team that answers for it.")] | UnsetType = UNSET
    owner_links: Annotated[dict[str, str], Meta(description="A link for each owner.")] | UnsetType = UNSET
    tags: list[NonEmpty] | UnsetType = UNSET
    schedule: (
        Annotated[
            NonEmpty | list[NonEmpty] | None,
            Meta(description="A cron text, a preset such as @daily, a list of asset URIs, or null: by hand."),
        ]
        | UnsetType
    ) = UNSET
    trigger: Annotated[Trigger, Meta(description="What starts a run, instead of a schedule.")] | UnsetType = UNSET
    start_date: Annotated[Date, Meta(description="The first day that it may run for.")] | UnsetType = UNSET
    end_date: Annotated[Date, Meta(description="The last day.")] | UnsetType = UNSET
    timezone: Annotated[NonEmpty, Meta(description="Of the dates above, e.g. Europe/Berlin.")] | UnsetType = UNSET
    catchup: Annotated[bool, Meta(description="Run for the time missed since start_date.")] | UnsetType = UNSET
    max_active_runs: Positive | UnsetType = UNSET
    max_active_tasks: Positive | UnsetType = UNSET
    max_consecutive_failed_dag_runs: Natural | UnsetType = UNSET
    dagrun_timeout: Annotated[Duration, Meta(description="Longest run.")] | UnsetType = UNSET
    fail_fast: Annotated[bool, Meta(description="Stop all when one task fails.")] | UnsetType = UNSET
    is_paused_upon_creation: bool | UnsetType = UNSET
    render_template_as_native_obj: bool | UnsetType = UNSET
    access_control: dict[str, Any] | UnsetType = UNSET
    allowed_run_types: list[RunType] | UnsetType = UNSET
    disable_bundle_versioning: bool | UnsetType = UNSET
    rerun_with_latest_version: bool | UnsetType = UNSET
    params: Annotated[dict[str, Any], Meta(description="Parameters of a run and their defaults.")] | UnsetType = UNSET
    default_args: Annotated[TaskDefaults, Meta(description="Arguments of all tasks.")] | UnsetType = UNSET
    task_groups: dict[str, TaskGroup] | UnsetType = UNSET
    vars: Annotated[dict[str, Any], Meta(description="Values that ${var.NAME} stands for.")] | UnsetType = UNSET
