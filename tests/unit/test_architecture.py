"""Promises of the layout: who imports whom, and what adding an operator costs."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dagspec.catalog import catalog, example
from dagspec.lint import lint
from dagspec.schemas import schema_files
from dagspec.source import read_file

AIRFLOW_ALLOWED = {"loader.py", "builder.py", "placeholder.py"}
HEAVY = ("airflow", "dagfactory", "boto3", "rich", "matplotlib", "jsonschema", "httpx")


def test_only_the_loader_and_the_runtime_import_airflow(root: Path) -> None:
    package = root / "plugins/dagspec"
    for path in package.rglob("*.py"):
        inside = path.relative_to(package)
        if inside.name in AIRFLOW_ALLOWED or inside.parts[0] == "runtime":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] in ("airflow", "dagfactory") for name in names), path


@pytest.mark.parametrize("command", ["--help", "--version", "lint --help"])
def test_help_imports_nothing_heavy(command: str) -> None:
    code = f"""
import sys
from dagspec.cli import main
try: main({command.split()!r})
except SystemExit: pass
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr == "[]\n"


def test_lint_does_not_import_airflow(root: Path) -> None:
    code = "import sys; from dagspec.cli import main; main(['lint']); print('airflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")


def test_committed_schemas_are_current(root: Path) -> None:
    committed = {
        path.relative_to(root / "schemas").as_posix(): path.read_text() for path in (root / "schemas").rglob("*.json")
    }
    assert committed == schema_files(), "run `make schemas`"


def test_schemas_are_valid_and_accept_the_projects_own_specs(root: Path) -> None:
    from referencing import Registry, Resource

    schemas = {path: json.loads(text) for path, text in schema_files().items()}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    registry = Registry().with_resources([(path, Resource.from_contents(schema)) for path, schema in schemas.items()])
    validator = Draft202012Validator(schemas["pipeline.schema.json"], registry=registry)
    for path in [*root.glob("dag_specs/*.yaml"), *root.glob("tests/specs/ok/*.yaml")]:
        if path.name != "environments.yaml":
            assert list(validator.iter_errors(read_file(path).value)) == [], path
    assert list(validator.iter_errors({"tasks": {"a": {"operator": "emr.transient_cluster", "stepps": {}}}}))


@pytest.mark.parametrize("name", catalog())
def test_every_operator_has_an_example_that_lints_clean(name: str, repository: Path) -> None:
    indented = "".join("  " + line for line in example(catalog()[name]).splitlines(keepends=True))
    (repository / "dag_specs/example.yaml").write_text("schedule: null\ntasks:\n" + indented)
    assert f"operator: {name}" in indented
    assert lint(repository).problems == []


OPERATOR = '''
"""`demo.greet`: a new operator."""
from typing import ClassVar
from dagspec.shared import Expansion, SharedOperator, Task

class Greet(SharedOperator, frozen=True):
    """Say hello."""
    name: ClassVar[str] = "demo.greet"
    whom: str

    def expand(self, task: Task) -> Expansion:
        """One task."""
        path = "airflow.providers.standard.operators.bash.BashOperator"
        return Expansion({task.id: {"operator": path, "bash_command": "echo " + self.whom}})
'''


def test_a_new_operator_is_one_python_file_and_one_example(root: Path, repository: Path) -> None:
    package = repository / "plugins/dagspec"
    shutil.copytree(root / "plugins/dagspec", package)
    (package / "operators/itunes/greet.py").write_text(OPERATOR)
    (package / "operators/itunes/greet.yaml").write_text("hello: {operator: demo.greet, whom: world}\n")
    (repository / "dag_specs/hello.yaml").write_text(
        "schedule: null\ntasks:\n  hello: {operator: demo.greet, whom: world}\n"
    )

    def command(*arguments: str) -> str:
        code = (
            f"import sys; sys.path.insert(0, {str(package.parent)!r}); from dagspec.cli import main; sys.exit(main())"
        )
        run = [sys.executable, "-c", code, *arguments]
        return subprocess.run(run, cwd=repository, capture_output=True, text=True, check=True).stdout

    assert "demo.greet" in command("operators")
    assert "Say hello." in command("operators", "demo.greet")
    assert "No problems" in command("lint")
    assert "echo world" in command("render", "hello")
    command("schema", "out")
    assert (repository / "out/operators/demo.greet.schema.json").is_file()
