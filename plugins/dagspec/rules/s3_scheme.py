"""`s3-scheme`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dagspec.lazy import lazily
from dagspec.problem import Edit, Fix, KeyPath, Problem
from dagspec.rule import Rule
from dagspec.secret_places import Scalar, scalars
from dagspec.view import PipelineView, TaskView

# a path that carries credentials has to be written anew anyway
_OLD = lazily(r"(?<!\w)(?P<scheme>s3[an])(?=://(?![^\s/@]*:[^\s@]*@))")
_DOCS = {"doc_md", "description"}


class S3Scheme(Rule):
    """A path begins with `s3n://`, or with `s3a://` on EMR.

    Why: Hadoop 3 has no `s3n` any more. EMR's own file system, which it is tuned for, is called by `s3`.

    Bad:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            steps:
              flat:
                spark_submit: spark_jobs/itunes/transform_raw.py
                arguments: ["s3n://lake/raw", "s3a://lake/flat"]

    Good:
        tasks:
          transform:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            steps:
              flat:
                spark_submit: spark_jobs/itunes/transform_raw.py
                arguments: ["s3://lake/raw", "s3://lake/flat"]
    """

    severity = "warning"
    tags = ("aws",)
    fixable = "safe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Look at the texts as written, also those of `vars`."""
        refused = {problem.place.path for problem in pipeline.analysis.problems}
        for text in scalars(pipeline.source).values() if _OLD.search(pipeline.source.text) else ():
            if not (_DOCS & {*text.path[:1], *text.path[-1:]} or text.path in refused) and "s3" in text.value:
                yield from self._in_text(pipeline, text)

    def _in_text(self, pipeline: PipelineView, text: Scalar) -> Iterator[Problem]:
        source = pipeline.source
        for match in _OLD.finditer(source.text, text.start, text.end):
            scheme = match["scheme"]
            if scheme == "s3a" and not _is_on_emr(pipeline, text.path):
                continue  # elsewhere Spark knows S3 by no other scheme
            why = '"s3n" is gone from Hadoop 3' if scheme == "s3n" else "EMR's own file system is s3"
            fix = Fix('write "s3://"', (Edit(*match.span(), "s3"),), safe=True)
            found = self.problem(
                pipeline.place(*text.path), f"{scheme}:// is an old scheme: {why}", "use s3://", fix=fix
            )
            yield replace(found, at=source.span_of(match.start(), match.end()))


def _is_on_emr(pipeline: PipelineView, path: KeyPath) -> bool:
    task = pipeline.tasks.get(str(path[1])) if path[:1] == ("tasks",) and len(path) > 1 else None
    if task:
        return _uses_emr(task)
    users = [one for one in pipeline.tasks.values() if one.facts.uses or one.facts.submits or one.facts.creates]
    return bool(users) and all(map(_uses_emr, users))


def _uses_emr(task: TaskView) -> bool:
    facts = task.facts
    return any(kind.startswith("emr_") for kind in (*facts.creates, *facts.uses, *facts.submits, *facts.waits_for))
