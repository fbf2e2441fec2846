"""The language server as a process: what it never does, how it starts and ends."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import psutil
from lsp_client import Editor
from lsp_samples import LATE, SPEC, rules


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
