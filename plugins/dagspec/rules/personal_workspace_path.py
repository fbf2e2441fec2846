"""`personal-workspace-path`."""

from __future__ import annotations

from collections.abc import Iterator

from dagspec.lazy import lazily
from dagspec.problem import Problem
from dagspec.rule import Rule
from dagspec.rulekit.databricks import written_text
from dagspec.view import PipelineView

_PERSONAL = lazily(r"(?:/Workspace)?/(?:Repos|Users)/[^/\s'\"@{}]+@[^/\s'\"{}]+")
# an escape may spell the words otherwise
_MAY_BE = lazily(r"Repos|Users|\\")


class PersonalWorkspacePath(Rule):
    """A pipeline runs code from the folder of one person.

    Why: The person may change it at any moment without a review, and the pipeline stops when the account is closed.

    Bad:
        tasks:
          clean:
            operator: airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator
            notebook_task: {notebook_path: /Repos/ann@example.org/pinterest/clean_pins}
            new_cluster: {spark_version: 17.3.x-scala2.13, node_type_id: m5.xlarge, num_workers: 2}

    Good:
        tasks:
          clean:
            operator: airflow.providers.databricks.operators.databricks.DatabricksSubmitRunOperator
            notebook_task: {notebook_path: notebooks/clean_pins, source: GIT}
            git_source: {git_url: "https://github.com/example/pinterest", git_provider: gitHub, git_branch: main}
            new_cluster: {spark_version: 17.3.x-scala2.13, node_type_id: m5.xlarge, num_workers: 2}
    """

    severity = "warning"
    tags = ("databricks",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Every text of the spec, as it is written."""
        texts = pipeline.texts if _MAY_BE.search(pipeline.source.text) else ()
        for text in texts:
            found = _PERSONAL.search(written_text(pipeline, text.path))
            if found:
                message = "this is the folder of one person, who can change or lose what is in it"
                place = pipeline.place(*text.path, needle=found[0])
                yield self.problem(place, message, "use git_source, or a folder below /Shared")
