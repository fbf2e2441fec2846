"""Work whose time must grow with a text and no faster: `python proportion.py secrets|templates CHARACTERS`.

Each piece below, again and again, is what a careless regular expression tries over and over from every place.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from dagspec.lint import lint
from dagspec.masking import masked_source
from dagspec.rulekit.secret_templates import secret_templates
from dagspec.rulekit.secrets import Kind, credentials
from dagspec.source import read_text

KINDS: tuple[Kind, ...] = ("aws-key", "secret", "uri", "copy", "placeholder")
SECRETS = (
    *("a={{", "{{a}}", "{% ", "<", "${", "x_", "conn.", "s3://a:", "s3://a:{{b}}", "https://", "https://{{a}}"),
    *("-----BEGIN PRIVATE KEY-----", "my_secret_", "key_", "AKIA", "aA1/"),
    *("password=", "password: '", "--token ", "CREDENTIALS '"),
)
TEMPLATES = ("{{ b }} ", "{{ ti.xcom_pull('b') }} ", "{{ ds ", "{% if a %}", "${var.b} {{ c }}", "'' ")
SPEC = """\
vars: {{b: '{{{{ b }}}}'}}
tasks:
  a: {{operator: airflow.providers.standard.operators.bash.BashOperator, bash_command: '{command}'}}
"""


def repeated(piece: str, length: int) -> str:
    """A piece again and again, about `length` characters in all."""
    return piece * (length // len(piece))


def look_for_secrets(length: int) -> None:
    """Look for secrets in texts of so many characters, and mask them: below a telling name, and in broken YAML."""
    for piece in SECRETS:
        text = repeated(piece, length)
        for document in (f"password_secret_token_key akia: {text}", f"password: [\n{text}"):
            source = read_text(document, "a.yaml")
            masked_source(source)
            list(secret_templates(document))
            for kind in KINDS:
                list(credentials(source, kind))


def lint_templates(length: int) -> None:
    """Lint specs with a command of so many characters each, full of Jinja and of references."""
    with TemporaryDirectory() as folder:
        specs = Path(folder, "dag_specs")
        specs.mkdir()
        (specs / "environments.yaml").write_text("local: {}\n", encoding="utf-8")
        for number, piece in enumerate(TEMPLATES):
            command = repeated(piece, length).replace("'", "''")
            (specs / f"spec_{number}.yaml").write_text(SPEC.format(command=command), encoding="utf-8")
        lint(Path(folder), pedantic=True)


if __name__ == "__main__":
    {"secrets": look_for_secrets, "templates": lint_templates}[sys.argv[1]](int(sys.argv[2]))
