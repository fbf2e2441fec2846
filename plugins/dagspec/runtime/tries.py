"""What belongs together among the tries of a task: the work of a try that was lost is found again, never repeated.

Clearing a task begins a new series of tries: what the user runs again must run again.
"""

from __future__ import annotations

from airflow.sdk import Context


def series_name(context: Context) -> str:
    """A name that all tries of one series share, and nothing else has."""
    ti = context["ti"]
    return f"dagspec:{ti.dag_id}:{ti.run_id}:{ti.task_id}:{ti.map_index}:{_first_try(context)}"


def is_retry(context: Context) -> bool:
    """Whether an earlier try of the series may have left work behind."""
    return int(context["ti"].try_number) > _first_try(context)


def _first_try(context: Context) -> int:
    # Airflow sets max_tries to the tries so far and the retries that are granted, when a task is cleared too
    return int(context["ti"].max_tries) - int(context["task"].retries or 0) + 1
