"""Go to definition, over the protocol."""

from __future__ import annotations

import pytest
from lsp_client import Editor
from lsp_samples import SPEC

DEFINITIONS = {
    "a dependency": ("[pu|ll]", "dag_specs/sound.yaml", ["  pull:"]),
    "a step": ("[flat|ten]", "dag_specs/sound.yaml", ["      flatten:"]),
    "a variable": ("${var|.raw}/{{", "dag_specs/sound.yaml", ["  raw: s3://${env.lake_bucket}/raw"]),
    "a value of the environments": (
        "${env.emr_rel|ease}",
        "dag_specs/environments.yaml",
        ["  emr_release: emr-7.9.0"] * 2,
    ),
    "a file": ("itunes/trans|form_raw.py", "spark_jobs/itunes/transform_raw.py", []),
}


@pytest.mark.parametrize("case", DEFINITIONS)
def test_definition(case: str, editor: Editor) -> None:
    marked, file, lines = DEFINITIONS[case]
    text = SPEC.replace(marked.replace("|", ""), marked, 1)
    found = editor.at("dag_specs/sound.yaml", text, "definition")
    assert {one["uri"] for one in found} == {editor.uri(file)}
    target = SPEC if file == "dag_specs/sound.yaml" else (editor.root / file).read_text()
    shown = [target.split("\n")[one["range"]["start"]["line"]] for one in found]
    assert shown == (lines or [target.split("\n")[0]])


@pytest.mark.parametrize("path", ["../outside.py", "/etc/passwd", "spark_jobs/none.py", "s3://a/b.py"])
def test_definition_never_leaves_the_repository(path: str, own: Editor) -> None:
    (own.root.parent / "outside.py").write_text("")
    text = SPEC.replace("spark_jobs/itunes/transform_raw.py", "|" + path)
    assert own.at("dag_specs/sound.yaml", text, "definition") == []
