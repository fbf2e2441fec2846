"""Jinja in texts: which names it uses, which XComs it pulls, where each stands. Nothing is rendered."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from dagspec.lazy import lazily
from dagspec.problem import KeyPath

RETURN_VALUE = "return_value"  # the key that Airflow pulls when none is named
CACHED_TEXTS = 4096  # the same text comes back for each environment
_TASK = r"(?:task_ids=)?(?P<quote>['\"])(?P<task>[\w.-]+)(?P=quote)"
_KEY = r"key=(?P<mark>['\"])(?P<key>[\w.-]+)(?P=mark)"
_PULL = rf"(?P<pull>(?<=\.xcom_pull)\({_TASK}(?:, *{_KEY})?\))"
_PLAIN = lazily(rf"(?<!\{{)\{{\{{ *(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*){_PULL}? *\}}\}}", re.ASCII)
# names that Jinja itself gives a meaning
_JINJA_WORDS = {"true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else"}
_JINJA_WORDS |= {"recursive", "range", "dict", "lipsum", "cycler", "joiner", "namespace", "self", "super"}
_JINJA_WORDS |= {"caller", "varargs", "kwargs", "loop"}


class Use(Struct, frozen=True):
    """One use of a variable, `dag_run.conf.size`: ("dag_run", "conf", "size").

    offset: of its first character in the text. guarded: it may be undefined (`is defined`, `default`).
    """

    parts: tuple[str, ...]
    offset: int
    guarded: bool = False

    @property
    def name(self) -> str:
        """The variable itself."""
        return self.parts[0]


class XComPull(Struct, frozen=True):
    """One `xcom_pull` whose task ids are literal; none means the task's own. key: None means it is computed.

    offset: where its arguments begin. other_run: it may read a run before this one. single: one id, not a list.
    subscripts: the literal items taken of its result, the first one behind `subscripts_at`.
    """

    task_ids: tuple[str, ...]
    key: str | None
    subscripts: tuple[str | int, ...] = ()
    offset: int = 0
    subscripts_at: int = 0
    other_run: bool = False
    single: bool = True


class Mistake(Struct, frozen=True):
    """What makes Jinja refuse a text. `length` characters from `offset` are to be looked at."""

    message: str
    offset: int
    length: int
    help: str = ""


class Template(Struct, frozen=True):
    """A parsed text. uses: the variables that it does not set itself. mistake: why Jinja refuses it; then no more."""

    text: str
    path: KeyPath
    mistake: Mistake | None = None
    uses: tuple[Use, ...] = ()
    pulls: tuple[XComPull, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The variables that it uses."""
        return frozenset(use.name for use in self.uses)

    @property
    def attributes(self) -> frozenset[str]:
        """Dotted names such as `dag_run.conf`, each with those in front of it."""
        return frozenset(".".join(use.parts[:end]) for use in self.uses for end in range(2, len(use.parts) + 1))


def may_be_template(text: str) -> bool:
    """Whether Jinja finds more than plain text in it."""
    return "{{" in text or "{%" in text or "{#" in text


def parse_template(text: str, path: KeyPath) -> Template:
    """Parse a text with Jinja; a syntax error is in the result, never raised."""
    return replace(_parsed(text), path=path)


def parse_plain(text: str) -> Template | None:
    """The same for a text with nothing but `{{ ds }}` and `{{ ti.xcom_pull("a") }}`, without Jinja; else None."""
    if may_be_template(_PLAIN.sub(" ", text)):
        return None
    found = list(_PLAIN.finditer(text))
    uses = tuple(Use(tuple(match["name"].split(".")), match.start("name")) for match in found)
    pulls = tuple(_plain_pull(match) for match in found if match["pull"])
    return Template(text, (), uses=uses, pulls=pulls) if _JINJA_WORDS.isdisjoint(use.name for use in uses) else None


def _plain_pull(match: re.Match[str]) -> XComPull:
    return XComPull((match["task"],), match["key"] or RETURN_VALUE, offset=match.start("pull"))


@lru_cache(maxsize=CACHED_TEXTS)
def _parsed(text: str) -> Template:
    return parse_plain(text) or parse_with_jinja(text)


def parse_with_jinja(text: str) -> Template:
    """The same for any text."""
    from dagspec.jinja_mistakes import parse_or_mistake
    from dagspec.jinja_nodes import pulls, uses

    tree, mistake = parse_or_mistake(text)
    if tree is None:
        return Template(text, (), mistake)
    in_order = sorted(uses(tree), key=lambda use: use.offset)
    return Template(text, (), uses=tuple(in_order), pulls=tuple(pulls(tree)))
