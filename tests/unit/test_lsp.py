"""The language server, over the protocol, as an editor meets it."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from lsp_client import Editor, applied

from dagspec.lint import lint
from dagspec.text import report

SPECS = Path(__file__).parent.parent / "specs"
ERR = sorted((SPECS / "err").glob("*.yaml"))
SPEC = """\
description: Two tasks.
owner: music
schedule: null
start_date: 2024-01-01
vars:
  raw: s3://${env.lake_bucket}/raw
task_groups:
  loads: {}
tasks:
  pull:
    operator: itunes.search_to_s3
    artists: [Drake]
    destination: ${var.raw}/{{ ds_nodash }}/hits.parquet
  spark:
    operator: emr.transient_cluster
    dependencies: [pull]
    release_label: ${env.emr_release}
    log_uri: s3://${env.lake_bucket}/logs
    steps:
      flatten:
        spark_submit: spark_jobs/itunes/transform_raw.py
      publish:
        dependencies: [flatten]
        command: [ls]
"""
LATE = "tasks:\n  before:\n    operator: itunes.search_to_s3\n  now:\n"


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A repository of a team; the tests of this file only write into open texts."""
    folder = tmp_path_factory.mktemp("team").resolve()
    (folder / "dag_specs").mkdir()
    shutil.copy(SPECS / "environments.yaml", folder / "dag_specs")
    shutil.copytree(root / "spark_jobs", folder / "spark_jobs")
    return folder


@pytest.fixture(scope="module")
def editor(team: Path) -> Iterator[Editor]:
    running = Editor(team)
    yield running
    running.kill()


@pytest.fixture
def own(repository: Path) -> Iterator[Editor]:
    """A server of one test, in a repository that may be changed."""
    running = Editor(repository.resolve())
    yield running
    running.kill()


def rules(diagnostics: list[dict[str, Any]]) -> list[str]:
    return sorted(one["code"] for one in diagnostics)


def start(diagnostic: dict[str, Any]) -> tuple[int, int]:
    position = diagnostic["range"]["start"]
    return position["line"] + 1, position["character"] + 1


def labels(answer: dict[str, Any]) -> list[str]:
    return [item["label"] for item in answer["items"]]


def test_a_sound_spec_has_no_findings(editor: Editor) -> None:
    assert editor.diagnostics("dag_specs/sound.yaml", SPEC) == []


def test_an_editor_gets_the_same_findings_as_lint(own: Editor) -> None:
    for path in ERR:
        name = f"dag_specs/{path.name}"
        shutil.copy(path, own.root / name)
        expected = lint(own.root, [own.root / name]).problems
        found = own.diagnostics(name, path.read_text(encoding="utf-8"))
        assert [(one["code"], *start(one)) for one in found] == [
            (one.rule, one.span.line, one.span.column) for one in expected
        ], report(expected)
        assert [one["message"].partition("\nhelp: ")[0] for one in found] == [one.message for one in expected]
        (own.root / name).unlink()


def test_a_finding_has_severity_help_and_source(editor: Editor) -> None:
    [found] = editor.diagnostics("dag_specs/twice.yaml", SPEC + "tags: [a]\ntags: [b]\n")
    assert (found["code"], found["severity"], found["source"]) == ("duplicate-key", 1, "dagspec")
    assert found["message"].endswith("\nhelp: YAML keeps the last one silently: remove one")


def test_a_circle_tells_its_other_places(editor: Editor) -> None:
    text = LATE.replace("  now:\n", "    artists: [a]\n    destination: s3://a/b\n    dependencies: [after]\n")
    text += "  after:\n    operator: itunes.search_to_s3\n    artists: [a]\n    destination: s3://a/c\n"
    found = editor.diagnostics("dag_specs/circle.yaml", text + "    dependencies: [before]\n")
    circle = next(one for one in found if one["code"] == "dependency-cycle")
    assert [one["location"]["uri"] for one in circle["relatedInformation"]] == [editor.uri("dag_specs/circle.yaml")]


def test_many_changes_give_one_check(editor: Editor) -> None:
    name = "dag_specs/fast.yaml"
    editor.diagnostics(name, SPEC)
    for length in range(20):
        editor.write(name, SPEC + "# " + "x" * length)
    editor.write(name, SPEC + "nonsense: 1\n")
    assert rules(editor.published(name)["diagnostics"]) == ["unknown-key"]
    assert editor.silent(0.5)


def test_saving_checks_again(own: Editor) -> None:
    text = SPEC.replace("transform_raw.py", "late.py")
    assert rules(own.diagnostics("dag_specs/saved.yaml", text)) == ["missing-file"]
    (own.root / "spark_jobs/itunes/late.py").write_text("")
    own.save("dag_specs/saved.yaml")
    assert own.published("dag_specs/saved.yaml")["diagnostics"] == []


def test_closing_takes_the_findings_away(editor: Editor) -> None:
    assert editor.diagnostics("dag_specs/closed.yaml", SPEC + "nonsense: 1\n")
    editor.close("dag_specs/closed.yaml")
    assert editor.published("dag_specs/closed.yaml")["diagnostics"] == []


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


def test_a_file_in_the_format_of_dag_factory(own: Editor) -> None:
    name = "dag_specs/old.yaml"
    bash = "operator: airflow.providers.standard.operators.bash.BashOperator"
    text = f"first:\n  tasks:\n    a: {{{bash}, bash_command: ls}}\n    b: {{{bash}, dependencies: [a, c]}}\n"
    (own.root / name).write_text(text)
    expected = lint(own.root, [own.root / name]).problems
    found = own.diagnostics(name, text)
    assert [(one["code"], *start(one)) for one in found] == [
        (one.rule, one.span.line, one.span.column) for one in expected
    ]
    assert {"missing-key", "unknown-upstream"} <= set(rules(found))
    assert labels(own.at(name, text + "sched|", "completion")) == []
    assert labels(own.at(name, text.replace("[a, c]", "[|]"), "completion")) == ["a"]


def test_completion_in_the_environments(editor: Editor) -> None:
    text = "local:\n  operator_defaults:\n    |"
    assert "itunes.search_to_s3" in labels(editor.at("dag_specs/environments.yaml", text, "completion"))
    text += "itunes.search_to_s3: {|"
    text = text.replace("|", "", 1)
    assert "limit" in labels(editor.at("dag_specs/environments.yaml", text, "completion"))
    editor.close("dag_specs/environments.yaml")


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


def test_a_quick_fix_mends_its_finding(editor: Editor) -> None:
    name, text = "dag_specs/fixed.yaml", SPEC.replace("operator: itunes", "operatr: itunes") + "# 😀\n"
    found = editor.diagnostics(name, text)
    [action] = [one for one in editor.actions(name, found) if one["kind"] == "quickfix"]
    assert action["title"] == 'write "operator" (a guess)'
    assert action["diagnostics"] == found
    mended = applied(text, action["edit"]["changes"][editor.uri(name)])
    assert editor.diagnostics(name, mended) == []
    assert editor.actions(name, []) == []


def test_all_safe_fixes_at_once(editor: Editor) -> None:
    name, text = "dag_specs/all_fixed.yaml", SPEC.replace("${var.raw}/{{ ds_nodash }}/hits.parquet", "{{ ds }}")
    found = editor.diagnostics(name, text.replace("[ls]", "[ls, {{ ds }}]"))
    assert rules(found) == ["unquoted-template"] * 2
    [action] = editor.actions(name, found, only=["source.fixAll"])
    assert action["kind"] == "source.fixAll.dagspec"
    mended = applied(text.replace("[ls]", "[ls, {{ ds }}]"), action["edit"]["changes"][editor.uri(name)])
    assert 'destination: "{{ ds }}"' in mended
    assert "unquoted-template" not in rules(editor.diagnostics(name, mended))


def test_a_fix_is_for_the_text_as_it_is_now(editor: Editor) -> None:
    name, text = "dag_specs/moved.yaml", SPEC.replace("operator: itunes", "operatr: itunes")
    editor.diagnostics(name, text)
    editor.write(name, "# one line more\n" + text)
    [action] = editor.actions(name, [])
    assert applied("# one line more\n" + text, action["edit"]["changes"][editor.uri(name)]) == (
        "# one line more\n" + SPEC
    )


@pytest.mark.parametrize(("encoding", "column"), [("utf-16", 18), ("utf-8", 20), ("utf-32", 17)])
def test_positions_count_as_agreed(encoding: str, column: int, team: Path) -> None:
    running = Editor(team, encodings=[encoding])
    try:
        assert running.capabilities["positionEncoding"] == encoding
        [found] = running.diagnostics("dag_specs/wide.yaml", SPEC + 'params: {"😀": 1, "😀": 2}\n')
        assert found["range"]["start"]["character"] == column
    finally:
        running.kill()


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n"])
def test_line_ends_and_byte_order_mark(line_end: str, editor: Editor) -> None:
    name, text = "dag_specs/line_ends.yaml", SPEC.replace("operator: itunes", "operatr: itunes")
    [found] = editor.diagnostics(name, text.replace("\n", line_end))
    assert start(found) == (11, 5)
    [found] = editor.diagnostics(name, ("\ufeffownr: a\n" + SPEC).replace("\n", line_end))
    assert found["range"] == {"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 5}}


def test_secrets_are_never_shown(own: Editor) -> None:
    key, word = "AKIA" + "Q3EGRZ5TBNM7WXYK", "hunter2hunter2"  # made up
    environments = own.root / "dag_specs/environments.yaml"
    environments.write_text(environments.read_text().replace("sizes:", f"db_password: {word}\n  sizes:"))
    text = f"vars:\n  api_key: {key}\n  dsn: postgres://u:${{env.db_password}}@h/d\n{SPEC.replace('vars:', 'x-v:')}"
    found = own.diagnostics("dag_specs/secret.yaml", text + f"tags: {key}\n")
    assert "hardcoded-aws-key" in rules(found)
    for marked in ("${var.api_key|}", "${var.dsn|}", "${env.db_password|}"):
        answer = own.at("dag_specs/secret.yaml", text + f"doc_md: {marked}\n", "hover")
        assert "****" in answer["contents"]["value"]
    own.at("dag_specs/secret.yaml", text + "doc_md: ${|\n", "completion")
    own.at("dag_specs/secret.yaml", text.replace("api_key", "api|_key"), "hover")
    assert "api_key" in own.heard
    assert key not in own.heard
    assert word not in own.heard


def test_a_text_is_never_run_and_nothing_is_connected(own: Editor) -> None:
    target = own.root / "touched"
    evil = f"a: !!python/object/apply:os.system ['touch {target}']\nb: \"{{{{ self.__init__.__globals__ }}}}\"\n"
    assert own.diagnostics("dag_specs/evil.yaml", evil + LATE + "    python_callable: os.abort\n")
    own.at("dag_specs/evil.yaml", evil + LATE + "    operator: airflow.providers.nowhere.Run|Me\n", "hover")
    assert not target.exists()
    process = psutil.Process(own.process.pid)
    assert process.net_connections(kind="inet") == []
    assert process.children() == []


def test_the_server_does_not_import_airflow() -> None:
    code = "import sys, dagspec.lsp.server; print([n for n in ('airflow', 'boto3', 'dagfactory') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_it_ends_when_the_editor_says_so(own: Editor) -> None:
    own.write("dag_specs/last.yaml", SPEC)
    assert own.stop() == 0


def test_it_ends_when_the_editor_is_gone(own: Editor) -> None:
    own.write("dag_specs/last.yaml", SPEC)
    own.process.stdin.close()
    assert own.process.wait(10) == 0


def test_without_pygls_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['pygls'] = None; from dagspec.cli import main; sys.exit(main(['lsp']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert done.stderr == "dagspec: the language server needs pygls: pip install 'dagspec[lsp]'\n"


def test_started_by_hand_it_says_who_starts_it() -> None:
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "dagspec.cli", "lsp"]
    done = subprocess.run(command, stdin=its, capture_output=True, text=True, timeout=30)
    os.close(ours)
    os.close(its)
    assert done.returncode == 2
    assert "docs/editor.md" in done.stderr


def test_help_does_not_import_pygls() -> None:
    code = "import sys\nfrom dagspec.cli import main\ntry: main(['lsp', '--help'])\nexcept SystemExit: pass\n"
    code += "assert 'pygls' not in sys.modules and 'lsprotocol' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
