"""Which files the language server looks at, and how one counts for another."""

from __future__ import annotations

import pytest
from lsp_client import Editor
from lsp_samples import SPEC, labels, rules


def test_environments_that_are_not_saved_count(own: Editor) -> None:
    environments = (own.root / "dag_specs/environments.yaml").read_text()
    text = SPEC.replace("s3://${env.lake_bucket}/raw", "s3://${env.new_bucket}/raw")
    assert rules(own.diagnostics("dag_specs/uses_new.yaml", text)) == ["unknown-variable"]
    wider = environments.replace("  lake_bucket:", "  new_bucket: new\n  lake_bucket:")
    assert own.diagnostics("dag_specs/environments.yaml", wider) == []
    assert own.published("dag_specs/uses_new.yaml")["diagnostics"] == []


def test_broken_environments_are_told_in_both_files(own: Editor) -> None:
    own.diagnostics("dag_specs/spec.yaml", SPEC)
    assert rules(own.diagnostics("dag_specs/environments.yaml", "local: 1\n")) == ["wrong-type"]
    [found] = own.published("dag_specs/spec.yaml")["diagnostics"]
    assert found["message"].startswith("dag_specs/environments.yaml:1: environment")


def test_the_policy_counts_as_it_is_typed(own: Editor) -> None:
    policy = "rules:\n  - name: owners\n    required: [tags]\n"
    (own.root / "dag_specs/policy.yaml").write_text(policy)
    assert rules(own.diagnostics("dag_specs/spec.yaml", SPEC)) == ["policy-violation"]
    assert own.diagnostics("dag_specs/policy.yaml", policy.replace("tags", "owner")) == []
    assert own.published("dag_specs/spec.yaml")["diagnostics"] == []
    assert rules(own.diagnostics("dag_specs/policy.yaml", policy.replace("required", "requird"))) == ["unknown-key"]
    [found] = own.published("dag_specs/spec.yaml")["diagnostics"]
    assert found["message"].startswith("dag_specs/policy.yaml:3: unknown key")
    assert "required" in labels(own.at("dag_specs/policy.yaml", policy + "  - na|", "completion"))


def test_a_second_file_of_the_same_name(own: Editor) -> None:
    for folder in ("a", "b"):
        (own.root / "dag_specs" / folder).mkdir()
        (own.root / "dag_specs" / folder / "same.yaml").write_text(SPEC)
    assert own.diagnostics("dag_specs/a/same.yaml", SPEC) == []
    assert rules(own.diagnostics("dag_specs/b/same.yaml", SPEC)) == ["duplicate-dag-id"]


@pytest.mark.parametrize("name", ["docker-compose.yaml", "dag_specs/.hidden.yaml", "dag_specs/notes.txt"])
def test_other_files_are_left_alone(name: str, editor: Editor) -> None:
    editor.write(name, "nonsense: [")
    assert editor.at(name, "op|", "completion") is None
    assert editor.at(name, "op|", "hover") is None
    assert editor.actions(name, []) is None
    assert editor.silent(0.4)


def test_a_text_that_has_no_file_is_left_alone(editor: Editor) -> None:
    item = {"uri": "untitled:Untitled-1", "languageId": "yaml", "version": 1, "text": "nonsense: ["}
    editor.tell("textDocument/didOpen", textDocument=item)
    assert editor.silent(0.4)
