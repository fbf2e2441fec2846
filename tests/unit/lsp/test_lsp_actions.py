"""Quick fixes, over the protocol."""

from __future__ import annotations

from lsp_client import Editor, applied
from lsp_samples import SPEC, rules


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
