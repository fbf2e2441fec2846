"""`wrong-trigger`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class WrongTrigger(Rule):
    """A trigger does not fit the rest of the spec.

    Why: Airflow may join objects that land together to one run. The task `s3.object` takes one of them for its run and
    starts a run for each of the others; without it, they would be lost. And a pipeline starts either by time or by an
    object.

    Bad:
        owner: data
        trigger:
          s3_object: {bucket: my-landing, queue: my-landing-events}
        tasks:
          report:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo an object has landed

    Good:
        owner: data
        trigger:
          s3_object: {bucket: my-landing, queue: my-landing-events}
        tasks:
          landed:
            operator: s3.object
          report:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [landed]
            bash_command: echo {{ ti.xcom_pull(task_ids='landed')['key'] }}
    """

    tags = ("spec", "time")
    stops_loading = True
