"""Completion, over the protocol."""

from __future__ import annotations

import pytest
from lsp_client import Editor, applied
from lsp_samples import LATE, labels

COMPLETIONS = {
    "keys of the DAG": ("sched|\n" + LATE, ["schedule", "dag_id", "tasks-"]),
    "no key twice": ("owner: a\n|\n" + LATE, ["schedule", "owner-"]),
    "keys of a new task": (LATE + "    |", ["operator", "dependencies", "retries", "artists-"]),
    "keys of a shared operator": (
        LATE + "    operator: itunes.search_to_s3\n    |\n    limit: 2\n",
        ["artists", "destination", "limit-", "operator-"],
    ),
    "keys of a native operator": (
        LATE + "    operator: airflow.providers.standard.operators.bash.BashOperator\n    ba|",
        ["bash_command", "retries", "on_failure_callback-", "artists-"],
    ),
    "keys above the operator": (LATE + "    |\n    operator: itunes.search_to_s3\n", ["artists"]),
    "keys in braces": (LATE + "    operator: emr.transient_cluster\n    core: {instance_type: a, |", ["market"]),
    "keys in braces on two lines": (
        LATE + "    operator: emr.transient_cluster\n    core: {instance_type: a,\n           |}\n",
        ["market", "instance_type-"],
    ),
    "keys of a step": (LATE + "    operator: emr.transient_cluster\n    steps:\n      a:\n        |", ["spark_submit"]),
    "keys of default_args": ("default_args:\n  ret|\n" + LATE, ["retries", "retry_delay", "schedule-"]),
    "keys in a list": (
        LATE + "    operator: emr.transient_cluster\n    bootstrap_actions:\n      - |",
        ["name", "script"],
    ),
    "operators": (LATE + "    operator: |", ["emr.transient_cluster", "itunes.search_to_s3"]),
    "native operators": (
        LATE + "    operator: airflow.|",
        ["airflow.providers.amazon.aws.operators.emr.EmrCreateJobFlowOperator", "emr.transient_cluster"],
    ),
    "tasks in a list": (LATE + "    dependencies: [|]", ["before", "now-"]),
    "no task twice": (LATE + "    dependencies: [before, |]", ["before-"]),
    "tasks in a list that is not closed": (LATE + "    dependencies: [b|\n    retries: 1\n", ["before"]),
    "tasks as items": (LATE + "    dependencies:\n      - |\n", ["before"]),
    "items that are not indented": (LATE + "    dependencies:\n    - |\n", ["before"]),
    "groups": ("task_groups:\n  loads: {}\n" + LATE + "    task_group_name: |", ["loads", "before-"]),
    "groups as dependencies": ("task_groups:\n  loads: {}\n" + LATE + "    dependencies: [|", ["loads", "before"]),
    "steps": (
        LATE + "    operator: emr.transient_cluster\n    steps:\n      a: {}\n      b: {dependencies: [|]}\n",
        ["a", "before-", "b-"],
    ),
    "values of a choice": (LATE + "    trigger_rule: all_|", ["all_done", "all_success"]),
    "truth": (LATE + "    do_xcom_push: |", ["true", "false"]),
    "variables": ("vars: {a: 1, b: 2}\n" + LATE + '    x: "${var.|"', ["${var.a}", "${var.b}", "${env.lake_bucket}-"]),
    "values of the environments": (LATE + "    x: s3://${env.|}/y", ["${env.lake_bucket}", "${env.only_prod}"]),
    "all references": ("vars:\n  a: 1\n" + LATE + "    x: ${|", ["${var.a}", "${env.lake_bucket}"]),
    "nothing in a comment": ("# op|\n" + LATE, ["operator-", "schedule-"]),
    "nothing in prose": ("description: sched|\n" + LATE, ["schedule-"]),
    "behind a mistake": ("owner: [\ntags: 'a\n\tx: {\n" + LATE + "    dependencies: [|", ["before"]),
}


@pytest.mark.parametrize("case", COMPLETIONS)
def test_completion(case: str, editor: Editor) -> None:
    text, names = COMPLETIONS[case]
    found = labels(editor.at("dag_specs/typing.yaml", text, "completion"))
    for name in names:
        assert (name.removesuffix("-") in found) is not name.endswith("-"), name
    assert len(found) == len(set(found))


def test_completion_in_a_block_text_knows_references_only(editor: Editor) -> None:
    text = "vars: {a: 1}\n" + LATE + "    doc_md: >\n      see ${var.|\n"
    assert labels(editor.at("dag_specs/typing.yaml", text, "completion")) == ["${var.a}"]
    text = LATE + "    trigger_rule: >\n      |all\n"
    assert labels(editor.at("dag_specs/typing.yaml", text, "completion")) == []


WRITTEN = {
    "a key": (LATE + "    op|", "operator", "    operator: "),
    "a key that has a value": (LATE + "    retr|ie: 3", "retries", "    retries: 3"),
    "a task in quotes": (LATE + '    dependencies: ["be|"]', "before", '    dependencies: ["before"]'),
    "a task where no list is": (LATE + "    dependencies: |", "before", "    dependencies: [before]"),
    "a task below its key": (LATE + "    dependencies:\n      b|", "before", "      - before"),
    "a reference": ("vars: {raw: 1}\n" + LATE + "    x: s3://${var.r|}/y", "${var.raw}", "    x: s3://${var.raw}/y"),
    "behind wide letters": (LATE + '    x: "😀 ${env.|"', "${env.sizes}", '    x: "😀 ${env.sizes}"'),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_what_completion_writes(case: str, editor: Editor) -> None:
    text, label, line = WRITTEN[case]
    answer = editor.at("dag_specs/typing.yaml", text, "completion")
    item = next(one for one in answer["items"] if one["label"] == label)
    assert item["filterText"] == label
    written = applied(text.replace("|", ""), [item["textEdit"]])
    assert written.split("\n")[text[: text.index("|")].count("\n")] == line


def test_required_keys_come_first(editor: Editor) -> None:
    text = LATE + "    operator: emr.transient_cluster\n    |"
    items = sorted(editor.at("dag_specs/typing.yaml", text, "completion")["items"], key=lambda item: item["sortText"])
    assert [item["label"] for item in items[:3]] == ["release_label", "steps", "applications"]
    assert items[0]["detail"] == "a text (required)"


def test_completion_uses_what_a_merge_brought_when_the_text_was_sound(editor: Editor) -> None:
    base = "x-base: &base\n  operator: itunes.search_to_s3\ntasks:\n  now:\n    <<: *base\n"
    editor.diagnostics("dag_specs/merged.yaml", base)
    assert "artists" in labels(editor.at("dag_specs/merged.yaml", base + "    arti|", "completion"))


def test_completion_in_the_environments(editor: Editor) -> None:
    text = "local:\n  operator_defaults:\n    |"
    assert "itunes.search_to_s3" in labels(editor.at("dag_specs/environments.yaml", text, "completion"))
    text += "itunes.search_to_s3: {|"
    text = text.replace("|", "", 1)
    assert "limit" in labels(editor.at("dag_specs/environments.yaml", text, "completion"))
    editor.close("dag_specs/environments.yaml")
