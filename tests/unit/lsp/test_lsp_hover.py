"""Hover, over the protocol."""

from __future__ import annotations

import pytest
from lsp_client import Editor
from lsp_samples import LATE, SPEC

HOVERS = {
    "a key": ("sche|dule: null", "**schedule**: a text", "A cron text, a preset such as @daily"),
    "a key of an operator": ("art|ists: [Drake]", "**artists**: a list", "required", "Search terms"),
    "an operator": ("operator: itunes.sea|rch_to_s3", "Search iTunes for each artist", "```yaml\npull_hits:"),
    "a task": ("  pu|ll:\n", "**itunes.search_to_s3**"),
    "a reference to a variable": (
        "${var.|raw}/{{",
        'local: "s3://local-lake/raw"\nprod: "s3://prod-lake/raw"',
    ),
    "a reference to an environment": ("s3://${env.lake|_bucket}/raw", 'local: "local-lake"\nprod: "prod-lake"'),
    "a variable": ("  ra|w: s3", 'prod: "s3://prod-lake/raw"'),
    "a key of a step": ("spark_sub|mit: spark", "**spark_submit**: a file of this repository"),
}


@pytest.mark.parametrize("case", HOVERS)
def test_hover(case: str, editor: Editor) -> None:
    marked, *parts = HOVERS[case]
    assert marked.replace("|", "") in SPEC
    text = SPEC.replace(marked.replace("|", ""), marked, 1)
    answer = editor.at("dag_specs/sound.yaml", text, "hover")
    for part in parts:
        assert part in answer["contents"]["value"]


def test_hover_of_a_native_operator(editor: Editor) -> None:
    text = LATE + "    operator: airflow.providers.standard.operators.bash.Bash|Operator\n    bash_command: ls\n"
    value = editor.at("dag_specs/sound.yaml", text, "hover")["contents"]["value"]
    assert value.startswith("**BashOperator** (airflow.providers.standard ")
    assert "Needs `bash_command`." in value


@pytest.mark.parametrize("marked", ["Two ta|sks.", "{{ ds_|nodash }}", "loads|: {}"])
def test_hover_has_nothing_to_say(marked: str, editor: Editor) -> None:
    text = SPEC.replace(marked.replace("|", ""), marked, 1)
    assert editor.at("dag_specs/sound.yaml", text, "hover") is None
