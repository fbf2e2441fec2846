"""What the rules of lint may know of an operator without running it."""

from __future__ import annotations

from msgspec import Struct


class Facts(Struct, frozen=True):
    """The facts of one operator. Rules read these, never an operator's name.

    creates, uses, ends: kinds of resources (`emr_cluster`, `redshift_cluster`, `databricks_cluster`, `livy_session`).
    submits, waits_for: kinds of remote work (`emr_step`, `glue_job`, `databricks_run`): submits starts it and returns.
    reads, writes: names of the options that hold paths or tables.
    resource: the option that names the resource that is used or ended, e.g. `job_flow_id`.
    outputs: XCom key → type (`text`, `list`, `mapping`, `number`); None: unknown.
    template_fields: options that Airflow renders; None: all of them, or unknown.
    sensor: waits for something outside. timeout: the options that limit the wait.
    cluster: the option whose value is a cluster's configuration (RunJobFlow, new_cluster).
    minutes: typical minutes until a created resource is ready.
    """

    creates: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    submits: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    resource: str = ""
    outputs: dict[str, str] | None = None
    template_fields: tuple[str, ...] | None = None
    sensor: bool = False
    timeout: tuple[str, ...] = ()
    cluster: str = ""
    sql: tuple[str, ...] = ()  # options that hold SQL text
    dialect: str = ""  # sqlglot's name of that SQL
    append: bool = False  # adds rows each time it runs
    copy: tuple[str, ...] = ()  # options that hold clauses of a COPY statement, or the switch of its FORCE
    databricks: str = ""  # what it sends to Databricks: `job`, `run`, `task` or `trigger`
    branches: bool = False  # chooses among the tasks behind it
    minutes: int = 0
    deferrable: bool = False  # can wait in the triggerer
    defers: bool = False  # always does
    wait_option: str = ""  # the option that makes it wait for the work that it submits
    idle_limit: str = ""  # the option that ends a created cluster when it is idle; null turns that off
    ends_itself: str = ""  # the option that, when true, hands over all work at once and ends the cluster behind it
    steps: str = ""  # the option that holds EMR steps, which EMR runs one behind the other
    targets: str = ""  # the option with the states that a wait is content with, and what they are without it
    stops_on: tuple[str, ...] = ()
    failures: str = ""  # the option with the states that fail a wait, and what they are without it
    fails_on: tuple[str, ...] = ()
    ends_in: tuple[str, ...] = ()  # the states that what is waited for never leaves
