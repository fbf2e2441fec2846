"""What counts as a secret, and which one rule speaks of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagspec.lint import lint
from dagspec.rulekit.secrets import Kind, credentials
from dagspec.secret_shapes import is_placeholder, is_secret_name, is_written_out
from dagspec.source import read_text

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
KINDS: tuple[Kind, ...] = ("aws-key", "secret", "uri", "copy", "placeholder")


def kinds(text: str) -> list[str]:
    source = read_text(text, "a.yaml")
    return [kind for kind in KINDS for _ in credentials(source, kind)]


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "DB_PASSWORD",
        "PGPASSWORD",
        "dbPassword",
        "master_user_password",
        "pwd",
        "client_secret",
        "api_key",
        "private_key",
        "fs.s3n.awsSecretAccessKey",
        "spark.hadoop.fs.s3a.secret.key",
        "access-token",
        "AWSSecretKey",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "password_file",
        "secret_arn",
        "secret_name",
        "primary_key",
        "key",
        "key_name",
        "token_url",
        "max_tokens",
        "cwd",
        "idempotency_token",
        "client_token",
        "next_page_token",
        "partition_key",
        "s3_key",
        "passwordless",
        "keyboard",
    ],
)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "value", ["your-key", "changeme", "xxx", "<password>", "TODO", "my-secret-key", "****", "REPLACE_ME"]
)
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)
    assert not is_written_out(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"password: {KEY}", ["aws-key"]),
        ("password: Tr1cky-Passw0rd", ["secret"]),
        ("password: changeme", ["placeholder"]),
        ("url: postgresql://etl:Tr1cky@dw/dev", ["uri"]),
        ("url: postgresql://etl:changeme@dw/dev", ["placeholder"]),
        (f"url: s3://{KEY}:aB3/aB3@lake", ["uri"]),
        (f"sql: COPY t CREDENTIALS 'aws_access_key_id={KEY};aws_secret_access_key=x'", ["copy"]),
        ("password: 20261120", ["secret"]),
        ("secret: my-app-secret", []),
        ("token: nightly-run", []),
        ("password: null", []),
        ("password: [a]", []),
        ("password: {name: dw, key: password}", []),
        ("a: 'connect(password=config.db1.password)'", []),
        ("doc_md: 'password: Tr1cky-Passw0rd'", []),
    ],
)
def test_each_credential_has_one_kind(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


def test_an_anchor_is_told_once() -> None:
    assert kinds(f"a: &a {{password: Tr1cky-Passw0rd, id: {KEY}}}\nb: *a\nc: {{<<: *a}}\n") == ["aws-key", "secret"]


def test_a_file_that_yaml_cannot_read_still_tells_its_keys() -> None:
    assert kinds(f"tasks: [\n  a: {KEY}\n") == ["aws-key"]


def test_environments_are_checked_too(repository: Path) -> None:
    (repository / "dag_specs/environments.yaml").write_text(
        f"local: {{code_uri: 's3://lake/code', key: {KEY}}}\nprod:\n  code_uri: s3://lake/code\n"
        "  operator_defaults:\n    emr.transient_cluster: {log_uri: s3://lake/logs}\n  db_password: Tr1cky-Passw0rd\n"
        "  api_token: your-token\n  dw_password: '{{ conn.dw.password }}'\n"
    )
    found = [(problem.rule, problem.place.source.name, problem.span.line) for problem in lint(repository).problems]
    assert found == [
        ("hardcoded-aws-key", "dag_specs/environments.yaml", 1),
        ("hardcoded-secret", "dag_specs/environments.yaml", 6),
        ("placeholder-credential", "dag_specs/environments.yaml", 7),
    ]


words = st.sampled_from(
    ["password", "a", "name", "value", "--token", "secret: x", KEY, "{{ conn.a.password }}", "s3://a:b@c"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(values)
def test_any_value_is_looked_through_without_an_error(value: object) -> None:
    import yaml

    text = yaml.safe_dump(value, allow_unicode=False)
    source = read_text(text, "a.yaml")
    for kind in KINDS:
        for found in credentials(source, kind):
            assert 0 <= found.start < found.end <= len(source.text)
