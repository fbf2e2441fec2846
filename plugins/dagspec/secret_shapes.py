"""What a secret looks like: formats of tokens, names that say so, values that are none. Rules and masks both use it."""

from __future__ import annotations

import re
from functools import lru_cache

from dagspec.lazy import lazily

# formats that nothing else has
TOKENS = {
    "AWS access key": r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
    "Databricks token": r"(?<![A-Za-z0-9])dapi[0-9a-f]{32}(?:-\d+)?(?![A-Za-z0-9])",
    "GitHub token": r"(?<![A-Za-z0-9])(?:gh[oprsu]_[A-Za-z0-9]{36}|github_pat_\w{22,})",
    "Slack token": r"(?<![A-Za-z0-9])xox[abeprs]-[\w-]{10,}",
    "Google API key": r"(?<![\w-])AIza[\w-]{35}(?![\w-])",
    "JSON web token": r"(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"(?:.{0,8000}?-----END [A-Z ]*PRIVATE KEY-----|(?:[\sA-Za-z0-9+/=,:-]|\\n)*)",
}
TOKEN = lazily("|".join(f"(?P<t{index}>{shape})" for index, shape in enumerate(TOKENS.values())), re.DOTALL)
_KINDS = tuple(TOKENS)

# random text of 40 characters: an AWS secret key; a hash in hexadecimal has no capitals
AWS_SECRET = lazily(
    r"(?<![A-Za-z0-9/+])(?=[A-Za-z0-9/+]*[A-Z])(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*\d)"
    r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"
)

# lengths are limited, and no character can be read in two ways: the time stays in proportion to the text
_TEMPLATE = r"\{\{(?:(?!\}\}).){0,300}\}\}|\$\{[^}]{0,100}\}"
_LETTER = r"(?!\{\{|\$\{)"
_VALUE = rf"(?P<secret>(?:{_TEMPLATE}|<[^>\n]{{0,80}}>|{_LETTER}[^\s\"'`&;,)}}\]<]){{1,2000}})"
_QUOTED = r"(?P<mark>\\?[\"'])(?P<secret>(?:(?!(?P=mark)).){1,8000})"
_GIVEN = r"\\?[\"']?[ \t]*(?:=>|[:=])[ \t]*"
NAME = lazily(r"(?<![\w.:])[A-Za-z][\w.-]*")
# what follows a name: ="value" and ": "value"; =value; 'value' of SQL and of an option
ASSIGNED = tuple(lazily(shape) for shape in (_GIVEN + _QUOTED, _GIVEN + _VALUE, r"[ \t]+" + _QUOTED))
# what follows an option: its value
OPTION_VALUE = lazily(r"[ \t]+(?!-)" + _VALUE)
# the same in a file that YAML cannot read: the rest of the line; the next item of a list, the value beside a name
RAW_LINE = lazily(r"[\"']?[ \t]*:[ \t]+(?P<secret>\S.*)")
RAW_VALUES = tuple(
    lazily(shape)
    for shape in (
        r"[\"']?[ \t]*(?:,|\n[ \t]*-[ \t])[ \t]*[\"']?(?P<secret>[^\s\"',\]}]{1,2000})",
        r"[\"']?\s{0,80},?\s{0,80}[\"']?[vV]alue[\"']?:[ \t]*[\"']?(?P<secret>[^\n,}]{1,2000})",
    )
)
# scheme://user:password@host; only the secret keys of S3 hold slashes
_USER = rf"(?P<user>(?:{_TEMPLATE}|{_LETTER}[^\s/:@\"'])*)"
USER_INFO = (
    lazily(rf"(?<=://){_USER}:(?P<secret>(?:{_TEMPLATE}|{_LETTER}[^\s/\"'])+)@"),
    lazily(rf"(?<=s3://|3n://|3a://){_USER}:(?P<secret>(?:{_TEMPLATE}|{_LETTER}[^\s@\"']){{1,200}})@"),
)
URI = lazily(rf"(?<![A-Za-z0-9])(?:jdbc:|[A-Za-z][A-Za-z0-9+.-]{{0,30}}://)(?:{_TEMPLATE}|[^\s\"'`])+")

_WORD = lazily(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_PASSWORD = lazily(r"(?:password|passwd|passphrase)$|^pwd$")
_KEYS = lazily(r"(?:^|\.)(?:private|secret|api|account|access|auth)\.key$|(?:^|\.)apikey$|secret\.access\.key$")
_KEY_ID = lazily(r"(?:^|\.)(?:access\.key(?:\.id)?|aws\.key\.id)$")
# tokens that tell requests or pages apart
_HARMLESS = {"idempotency", "client", "request", "next", "page", "continuation", "pagination", "start", "max", "sync"}

# Jinja, references, shell variables and commands, fields of format texts
_NOT_WRITTEN = lazily(
    r"\{\{.*?\}\}|\{%.{0,300}?%\}|\$\{[^}]{0,100}\}|\$\(.*|`.*|\$(?:[A-Z_][A-Z0-9_]*|[a-z_]+)(?![A-Za-z0-9])|%\(\w+\)s|%s"
    r"|\{[a-z_]*\}|\{\{.*",
    re.DOTALL,
)
_REFERENCE = lazily(
    r"(?i)(?:arn:|s3[an]?://|file:|vault:|ssm:|secretsmanager:|secret://|/|\./|\.\./|~/|[:@&]\w+$).*"
    r"|none|null|true|false|yes|no|required|optional|\w+_(?:default|conn|conn_id|connection)",
    re.DOTALL,
)
LONGEST_PLACEHOLDER = 60
_PLACEHOLDER = lazily(
    r"(?i)<[^<>]*>|\[[^\[\]]*\]|your[-_ ].*|your(?:password|secret|token|key)|change[-_ ]?(?:me|it|this).*"
    r"|x{3,}|\*{3,}|\.{3,}|…|todo|fixme|tbd|placeholder"
    r"|(?:replace|insert|enter|put|add)[-_ ](?:.*[-_ ])?(?:here|this|me|your)(?:[-_ ].*)?"
    r"|(?:[^\W_]+[-_ ])*goes?[-_ ]here"
    r"|(?:my|some|dummy|fake|sample|example)[-_ ]?(?:aws[-_ ]?)?(?:password|passwd|secret|token|access|api|key)"
    r"(?:[-_ ][^\W_]+)*"
)


def token_kind(match: re.Match[str]) -> str:
    """What a match of `TOKEN` is, in words."""
    return _KINDS[int(str(match.lastgroup)[1:])]


def _dotted(name: str) -> str:
    return ".".join(word.lower() for word in _WORD.findall(name))


def is_password_name(name: str) -> bool:
    """Whether a name says password, and nothing else can be meant."""
    return _PASSWORD.search(_dotted(name).rpartition(".")[2]) is not None


def is_secret_name(name: str) -> bool:
    """Whether a name, in any spelling, says that its value is a secret: `db_password`, `awsSecretAccessKey`."""
    words = _dotted(name).split(".")
    if words[-1] == "token":
        return not _HARMLESS & set(words[-2:-1])
    return words[-1] == "secret" or is_password_name(name) or _KEYS.search(".".join(words)) is not None


@lru_cache(maxsize=4096)
def is_credential_name(name: str) -> bool:
    """Whether a name says that its value is a secret or the id of an AWS key."""
    return is_secret_name(name) or _KEY_ID.search(_dotted(name)) is not None


def is_aws_secret_name(name: str) -> bool:
    """Whether a name says that its value is the secret part of an AWS key."""
    return _dotted(name).endswith(("secret.key", "secret.access.key"))


def is_placeholder(value: str) -> bool:
    """Whether a value was meant to be replaced: `your-key`, `changeme`, `<password>`."""
    return len(value) <= LONGEST_PLACEHOLDER and _PLACEHOLDER.fullmatch(value.strip()) is not None


def is_written_out(value: str) -> bool:
    """Whether a value itself stands there: no template, variable, path, name of a connection or placeholder."""
    rest = _NOT_WRITTEN.sub("", value).strip()
    return any(letter.isalnum() for letter in rest) and not (_REFERENCE.fullmatch(rest) or is_placeholder(rest))


def looks_random(value: str) -> bool:
    """Whether a piece of a value is too wild for a word or a name: 12 letters and digits, or more, in one run."""
    return any(
        len(run) >= 12 and any(map(str.isdigit, run)) and any(map(str.isalpha, run))
        for run in re.split(r"[^A-Za-z0-9+/=]+", value)
    )
