"""Secrets of a spec do not show in Airflow: not in docs, not in descriptions, not in the report of a broken spec."""

from __future__ import annotations

from pathlib import Path

from dagspec.loader import load_dags
from dagspec.placeholder import TAG

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
SECRET = "Tr1cky-Passw0rd"
BASH = "airflow.providers.standard.operators.bash.BashOperator"


def write(repository: Path, task: str, head: str = "") -> None:
    text = f"{head}tasks:\n  a:\n    operator: {BASH}\n    bash_command: id\n    env: {{KEY: {KEY}}}\n{task}"
    (repository / "dag_specs/secretive.yaml").write_text(text)


def test_docs_show_the_spec_without_its_secrets(repository: Path) -> None:
    notes = f"doc_md: 'Log in with password={SECRET} please'\n"
    write(repository, f"    params: {{db_password: {SECRET}}}\n", notes)
    dag = load_dags(repository)["secretive"]
    assert TAG not in dag.tags
    assert "bash_command: id" in dag.doc_md
    assert "AKIA****" in dag.doc_md
    assert SECRET not in dag.doc_md
    assert KEY not in dag.doc_md


def test_the_placeholder_of_a_broken_spec_shows_no_secret(repository: Path) -> None:
    write(repository, f"    db_password: {SECRET}\n    retries: {KEY}\n    dependencies: [{SECRET}]\n")
    dag = load_dags(repository)["secretive"]
    assert TAG in dag.tags
    shown = dag.doc_md + dag.description + dag.get_task("broken_spec").problems
    assert "retries" in shown
    assert SECRET not in shown
    assert KEY not in shown


def test_what_airflow_refuses_is_told_without_secrets_of_the_environment(repository: Path) -> None:
    environments = repository / "dag_specs/environments.yaml"
    environments.write_text(f"local: {{code_uri: 's3://lake/code', db_password: {SECRET}}}\n")
    write(repository, "    pool_slots: ${env.db_password}\n    priority_weight: ${env.db_password}\n")
    dag = load_dags(repository)["secretive"]
    assert TAG in dag.tags
    assert SECRET not in dag.doc_md + dag.description
