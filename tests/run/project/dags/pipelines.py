"""DAGs as the tests need them: one that writes to S3, one that fails, one that never ends by itself."""

from __future__ import annotations

import datetime as dt
import time

import boto3
from airflow.providers.standard.operators.python import PythonOperator
from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import DAG, TaskGroup
from airflow.sdk.bases.operator import BaseOperator

BUCKET = "lake"
START = dt.datetime(2024, 1, 1)


class Wait(BaseOperator):
    """Waits in the triggerer, as the deferrable operators of the providers do."""

    def __init__(self, seconds: float = 1.0, **options: object) -> None:
        super().__init__(**options)
        self.seconds = seconds

    def execute(self, context: object) -> None:
        self.defer(trigger=TimeDeltaTrigger(dt.timedelta(seconds=self.seconds)), method_name="finish")

    def finish(self, context: object, event: object = None) -> None:
        print("waited")


def write(name: str) -> None:
    s3 = boto3.client("s3")
    s3.put_object(Bucket=BUCKET, Key=f"itunes/{name}/part-0000.csv", Body=b"id,name\n1,Adele\n2,Drake\n")
    s3.put_object(Bucket=BUCKET, Key=f"itunes/{name}/_SUCCESS", Body=b"")


def fail() -> None:
    print("reading the flat table\x1b[2J")
    raise ValueError("column artist_id is missing")


def rest() -> None:
    time.sleep(3600)


def pipeline(dag_id: str, split: object, schedule: str | None = None) -> DAG:
    with DAG(dag_id, schedule=schedule, start_date=START) as dag:
        pull = PythonOperator(task_id="pull", python_callable=write, op_args=["raw"])
        with TaskGroup("spark") as spark:
            create = Wait(task_id="create")
            add = PythonOperator(task_id="add_split", python_callable=split, op_args=_arguments(split))
            terminate = PythonOperator(task_id="terminate", python_callable=print)
            create >> add >> Wait(task_id="wait_for_split") >> terminate.as_teardown(setups=create)
        pull >> spark
    return dag


def _arguments(split: object) -> list[str]:
    return ["artists"] if split is write else []


good = pipeline("good", write)
# A schedule must not start a second run beside the one that was asked for.
daily = pipeline("daily", write, schedule="@daily")
bad = pipeline("bad", fail)

with DAG("endless", schedule=None, start_date=START) as endless:
    PythonOperator(task_id="sleep", python_callable=rest)
    Wait(task_id="wait", seconds=3600)
