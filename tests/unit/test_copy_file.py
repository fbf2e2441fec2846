"""`copy_file` of an EMR step: a file of the repository under the hash of its content, copied onto the cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagspec.compiler import Compiled, compile_spec
from dagspec.problem import SpecError
from dagspec.source import read_text
from dagspec.specs import read_environment

SPEC = "tasks: {c: {operator: emr.transient_cluster, release_label: r, steps: {copy: {copy_file: job.py%s}}}}"


def compiled(repository: Path, more: str = ", arguments: [/home/hadoop/]") -> Compiled:
    return compile_spec(read_text(SPEC % more, "dag_specs/p.yaml"), read_environment(repository, "local"), repository)


def arguments(spec: Compiled) -> list[str]:
    return spec.config["tasks"]["add_copy"]["steps"][0]["HadoopJarStep"]["Args"]


def test_the_file_is_uploaded_and_copied_under_its_own_name(repository: Path) -> None:
    (repository / "job.py").write_text("print(1)\n")
    spec = compiled(repository)
    *command, uri, target = arguments(spec)
    assert (command, target) == (["aws", "s3", "cp"], "/home/hadoop/")
    assert uri.endswith("/job.py")
    assert spec.files == {uri: repository / "job.py"}


def test_another_content_is_another_object(repository: Path) -> None:
    (repository / "job.py").write_text("print(1)\n")
    before = arguments(compiled(repository))
    (repository / "job.py").write_text("print(2)\n")
    assert arguments(compiled(repository)) != before


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("", 'step "copy" must say in "arguments" where to copy the file'),
        (", arguments: [/home/hadoop/], command: [id]", "must have exactly one of spark_submit, script, copy_file and"),
        (", arguments: [/home/hadoop/]", 'no file "job.py"'),
    ],
)
def test_mistakes_are_one_problem_each(repository: Path, more: str, message: str) -> None:
    if "no file" not in message:
        (repository / "job.py").touch()
    with pytest.raises(SpecError) as caught:
        compiled(repository, more)
    (problem,) = caught.value.problems
    assert message in problem.message
