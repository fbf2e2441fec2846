"""`xcom-wrong-shape`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.problem import Problem, suggest
from dagspec.rule import Rule
from dagspec.rulekit.expr import needle_at, pulls_of
from dagspec.templates import Template, XComPull
from dagspec.view import PipelineView

# taking an item of these kinds by a name or by a number cannot work
_NO_ITEM = {"text": (str, int), "number": (str, int), "list": (str,)}


class XcomWrongShape(Rule):
    """A template takes something from an XCom that is not in it.

    Why: the operator that made the XCom returns something else, so the task that reads it fails when it starts, or goes
    on with one letter of a text.

    Bad:
        tasks:
          submit:
            operator: airflow.providers.amazon.aws.operators.emr.EmrAddStepsOperator
            job_flow_id: j-1
            steps: [{Name: aggregate, HadoopJarStep: {Jar: command-runner.jar}}]
            wait_for_completion: true
          report:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [submit]
            bash_command: echo {{ ti.xcom_pull(task_ids='submit')['StepIds'] }}

    Good:
        tasks:
          submit:
            operator: airflow.providers.amazon.aws.operators.emr.EmrAddStepsOperator
            job_flow_id: j-1
            steps: [{Name: aggregate, HadoopJarStep: {Jar: command-runner.jar}}]
            wait_for_completion: true
          report:
            operator: airflow.providers.standard.operators.bash.BashOperator
            dependencies: [submit]
            bash_command: echo {{ ti.xcom_pull(task_ids='submit')[0] }}
    """

    tags = ("expr",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Compare keys and subscripts with the outputs that the operators declare."""
        for _, template, pull in pulls_of(pipeline):
            for task_id in dict.fromkeys(pull.task_ids):
                outputs = _outputs(pipeline, task_id)
                if outputs is not None and pull.key is not None:
                    yield from self._pull(pipeline, template, pull, task_id, outputs)

    def _pull(
        self, pipeline: PipelineView, template: Template, pull: XComPull, task_id: str, outputs: dict[str, str]
    ) -> Iterator[Problem]:
        key = str(pull.key)
        if key not in outputs:
            needle = key if key in template.text[pull.offset :] else task_id
            message = f'"{task_id}" pushes no XCom "{key}"' if outputs else f'"{task_id}" pushes no XCom'
            help_ = suggest(key, outputs)
            yield needle_at(self, pipeline, template, needle, pull.offset, message, help_)
        elif pull.single and pull.subscripts and _is_wrong(outputs[key], pull.subscripts[0]):
            item = pull.subscripts[0]
            taken = f'["{item}"]' if isinstance(item, str) else f"[{item}]"
            message = f'"{task_id}" returns {_words(outputs[key])}; {_outcome(taken, outputs[key], item)}'
            help_ = "use [0] for the first item" if outputs[key] == "list" else f"leave {taken} out"
            yield needle_at(self, pipeline, template, str(item), pull.subscripts_at, message, help_)


def _outputs(pipeline: PipelineView, task_id: str) -> dict[str, str] | None:
    """The XComs of a task as Airflow knows it; None when they are not known."""
    owner, inner = pipeline.owners.get(task_id, ("", ""))
    task = pipeline.tasks.get(owner)
    if task is None:
        return None
    if pipeline.setting(task, "do_xcom_push") is False:
        return {}
    expansion = pipeline.analysis.expansions[owner]
    return task.facts.outputs if expansion.group is None else expansion.outputs.get(inner)


def _is_wrong(kind: str, item: str | int) -> bool:
    return isinstance(item, _NO_ITEM.get(kind, ()))


def _words(kind: str) -> str:
    return f"a {kind}"


def _outcome(taken: str, kind: str, item: str | int) -> str:
    return f"{taken} is one letter of it" if kind == "text" and isinstance(item, int) else f"{taken} does not exist"
