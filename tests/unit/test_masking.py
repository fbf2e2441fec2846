"""No secret reaches any output. The secrets are made here, or are those of AWS's own documentation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagspec.cli import main
from dagspec.lint import Options, lint, lint_sources
from dagspec.masking import masked, masked_source
from dagspec.problem import shown
from dagspec.report import REPORTERS
from dagspec.source import read_text

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKENS = {
    "aws": KEY,
    "databricks": "dapi" + "0123456789abcdef" * 2,
    "github": "ghp_" + "aB3" * 12,
    "slack": "xoxb-" + "1234567890",
    "google": "AIza" + "aB3-_" * 7,
    "jwt": "eyJ" + "a" * 12 + ".eyJ" + "b" * 12 + "." + "c" * 12,
}
PLACES = {
    "a key": 'password: "{}"',
    "a plain value": "client_secret: {}",
    "camel case": "awsSecretAccessKey: {}",
    "a block": "api_key: |\n      {}",
    "a folded block": "passphrase: >-\n      {}\n",
    "an anchor": "db_password: &secret {}\n    other: *secret",
    "a list of options": "args: [--db-password, {}, --verbose]",
    "a pair": "env: [{{name: DB_PASSWORD, value: {}}}]",
    "a flow mapping": "env: {{PGPASSWORD: {}, MODE: fast}}",
    "shell": "bash_command: export PGPASSWORD='{}' && psql",
    "an option": "bash_command: mysql --password={} --user me",
    "a URI": "url: postgresql://etl:{}@dw.example.org:5432/dev",
    "jdbc": 'url: "jdbc:redshift://dw.example.org/dev?user=etl&password={}&ssl=true"',
    "json": 'payload: \'{{"access_token": "{}"}}\'',
    "sql": "sql: CREATE USER etl PASSWORD '{}'",
    "two lines": "sql: |\n      CREATE USER etl\n      PASSWORD '{}'",
    "repeated": "password: {0}\n    comment: not {0}",
}
SPEC = """\
schedule: null
tasks:
  broken:
    operator: emr.transient_clustr
  task:
    operator: airflow.providers.standard.operators.bash.BashOperator
    dependencies: [brokn]
    retries: {{two: 2}}
    {}
"""
secrets = st.text("QXZqxz2345789", min_size=10, max_size=20).map("Zq7{}".format)


def pieces(secret: str) -> list[str]:
    """What must not be seen of a secret: any half of it."""
    half = max(6, len(secret) // 2)
    return [secret[at : at + half] for at in range(len(secret) - half + 1)]


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=secrets)
def test_no_format_shows_a_planted_secret(place: str, secret: str, repository: Path) -> None:
    text = SPEC.format(PLACES[place].format(secret))
    for source in (read_text(text, "dag_specs/a.yaml"), read_text(text + "\n  ]: [", "dag_specs/a.yaml")):
        assert secret in source.text
        result = lint_sources(repository, [source], Options(pedantic=True))
        assert result.problems
        outputs = [reporter(result) for reporter in REPORTERS.values()] + [masked_source(source)]
        assert not [output for output in outputs if any(piece in output for piece in pieces(secret))]


@pytest.mark.parametrize("kind", TOKENS)
def test_tokens_are_known_by_their_shape_alone(kind: str, repository: Path) -> None:
    token = TOKENS[kind]
    source = read_text(
        f"# {token}\ntasks: {{a: {{operator: '{token}', {token}: 1, x: [y, {token}]}}}}\n", "dag_specs/a.yaml"
    )
    result = lint_sources(repository, [source], Options(pedantic=True))
    for name, reporter in REPORTERS.items():
        assert token[6:] not in reporter(result), name
    assert token[6:] not in masked_source(source)
    assert token not in masked(f"cannot use {token}!")


def test_a_private_key_is_masked_line_by_line() -> None:
    body = "MIIEvQIBADANBgkqhkiG9w0BAQEF\n    AASCBKcwggSjAgEAAoIBAQC7"
    text = f"x: |\n    -----BEGIN RSA PRIVATE KEY-----\n    {body}\n    -----END RSA PRIVATE KEY-----\ny: 1\n"
    hidden = masked_source(read_text(text, "a.yaml"))
    assert not any(line.strip() in hidden for line in body.split("\n"))
    assert hidden.endswith("\ny: 1\n")


def test_lines_and_columns_stay() -> None:
    text = f"a: {KEY} # {KEY}\npassword: |\n  two\n    lines of it\nb: [--token, {AWS_SECRET}]\n"
    hidden = masked_source(read_text(text, "a.yaml"))
    assert [len(line) for line in hidden.split("\n")] == [len(line) for line in text.split("\n")]
    assert hidden.startswith("a: AKIA****************")


@pytest.mark.parametrize(
    "text",
    [
        'password: "{{ conn.dw.password }}"',
        "password: ${env.dw_password}",
        "aws_conn_id: aws_default",
        "password_file: /run/secrets/dw",
        "db_password: /run/secrets/dw",
        "secret_name: my/warehouse/password",
        "idempotency_token: nightly-run-2",
        "bash_command: PGPASSWORD=$PW psql --password-file x1",
        "primary_key: customer_id",
        "sha: da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "url: https://example.org:8443/a@b",
        "arn: arn:aws:secretsmanager:eu-west-1:123:secret:dw",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert masked_source(read_text(text, "a.yaml")) == text


def test_a_message_that_repeats_a_secret_is_masked(repository: Path) -> None:
    source = read_text("tasks:\n  a: {operator: x, retries: abc1234567, password: abc1234567}\n", "dag_specs/a.yaml")
    found = lint_sources(repository, [source], Options()).problems
    assert not any("abc1234567" in problem.message + problem.help for problem in found)
    assert masked('must be a number, got "abc123456…"', source) == 'must be a number, got "****…"'
    assert KEY[6:] not in shown("x" * 50 + KEY)


def test_a_secret_of_an_environment_is_masked_where_a_spec_uses_it(repository: Path) -> None:
    (repository / "dag_specs/environments.yaml").write_text(
        "local: {db_password: Gu3ssedN0t, code_uri: 's3://lake/code'}\n"
    )
    (repository / "dag_specs/a.yaml").write_text("max_active_runs: ${env.db_password}\ntasks: {}\n")
    result = lint(repository)
    assert any(problem.rule == "wrong-type" for problem in result.problems)
    assert not any("Gu3ssed" in reporter(result) for reporter in REPORTERS.values())


def test_render_and_diff_hide_secrets(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bash = "airflow.providers.standard.operators.bash.BashOperator"
    task = f"{{operator: {bash}, bash_command: cat s3n://b/c, env: {{DB_PASSWORD: Tr1cky-Passw0rd}}}}"
    text = f"schedule: null\ntasks:\n  a: {task}\n"
    (repository / "dag_specs/a.yaml").write_text(text)
    monkeypatch.chdir(repository)
    assert main(["render", "a"]) == 0
    assert main(["lint", "--diff"]) in (0, 1)
    assert main(["lint", "--format", "json"]) == 1
    out = capsys.readouterr().out
    assert "s3n://b/c" in out
    assert "Tr1cky" not in out


def test_the_json_stays_json(repository: Path) -> None:
    source = read_text(f"tasks: {{a: {{operator: '{KEY}', password: 'a\"b\\c1234'}}}}\n", "dag_specs/a.yaml")
    assert json.loads(REPORTERS["json"](lint_sources(repository, [source], Options())))
