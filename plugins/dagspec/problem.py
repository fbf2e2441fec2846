"""What a check finds: a rule's name, a place in a file, a sentence, and what would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagspec.source import Source

KeyPath = tuple[str | int, ...]
Severity = Literal["error", "warning", "info"]

SHOWN_CANDIDATES = 10
SURE = 0.85  # a match this close needs no second suggestion


class Span(Struct, frozen=True, order=True):
    """A stretch of a file; lines and columns count from 1, the end column is the first one behind it."""

    line: int
    column: int
    end_line: int
    end_column: int


class Place(Struct, frozen=True):
    """A key path in a source, resolved to a span only when somebody looks.

    `part` says whether the key or its value is meant; `needle` narrows a text value to that piece of it.
    """

    source: Source
    path: KeyPath = ()
    part: Literal["key", "value"] = "value"
    needle: str = ""

    @property
    def span(self) -> Span:
        """The span of this place; that of the nearest ancestor when the path itself is not in the file."""
        return self.source.span(self.path, self.part, self.needle)


class Related(Struct, frozen=True):
    """A second place that explains the first."""

    place: Place
    label: str


class Edit(Struct, frozen=True):
    """Replace the characters of a source from `start` up to `end`, both counted from 0, by `text`."""

    start: int
    end: int
    text: str


class Fix(Struct, frozen=True):
    """How to mend a finding. A safe fix keeps what the pipeline does; an unsafe one is probably what was meant."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


class Problem(Struct, frozen=True):
    """One finding. `help` is what would be right, as one sentence without a full stop."""

    rule: str
    message: str
    place: Place
    help: str = ""
    severity: Severity = "error"
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    at: Span | None = None  # known at once: problems of the YAML syntax have no key path

    @property
    def span(self) -> Span:
        """Where in `place.source` it is."""
        return self.at or self.place.span

    @property
    def sort_key(self) -> tuple[str, Span, str, str]:
        """File, position, rule: reports are the same to the byte on every run."""
        return self.place.source.name, self.span, self.rule, self.message


class SpecError(Exception):
    """A spec that cannot be compiled, with all its problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.sort_key)
        super().__init__(f"{len(self.problems)} problem(s)")


def _close(wrong: str, names: list[str]) -> list[str]:
    from difflib import SequenceMatcher, get_close_matches

    close = get_close_matches(wrong, names, n=3, cutoff=0.6)
    sure = close and SequenceMatcher(None, wrong, close[0]).ratio() > SURE
    return close[:1] if sure else close


def closest(wrong: str, known: Iterable[str]) -> str:
    """The name that must be meant: the only close match; "" when there is none or more than one."""
    close = _close(wrong, sorted(set(known)))
    return close[0] if len(close) == 1 else ""


def suggest(wrong: str, known: Iterable[str], where: str = "") -> str:
    """What would be right instead of `wrong`: the close matches, or the few names there are.

    `where` names the place that lists them all, used when there are more than ten.
    """
    names = sorted(set(known))
    if close := _close(wrong, names):
        return "did you mean " + " or ".join(f'"{name}"' for name in close) + "?"
    if not names:
        return ""
    if len(names) <= SHOWN_CANDIDATES:
        return "known: " + ", ".join(names)
    return f"{len(names)} are known; {where}" if where else ""


def shown(value: Any) -> str:
    """A value as a message shows it: short, in the spec's own spelling."""
    names = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return names[value]
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    from dagspec.masking import masked

    text = masked(f'"{value}"' if isinstance(value, str) else str(value))  # before it is cut: a piece has no shape
    return text if len(text) <= 60 else text[:57] + '…"'
