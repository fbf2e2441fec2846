"""Problems as text, for terminals, logs and Airflow's UI."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from msgspec import Struct

from dagspec.masking import masked, masked_source
from dagspec.problem import Place, Problem, Span

SHOWN_RELATED = 5
# (role, text) → the text as a terminal shows it; roles: error, warning, info, place, frame, related
Paint = Callable[[str, str], str]


def plain(_role: str, text: str) -> str:
    """Text without colours."""
    return text


def headline(problem: Problem, paint: Paint = plain) -> str:
    """`file:line:col: severity[rule] message`: one line, clickable in every editor."""
    span = problem.span
    where = paint("place", f"{printable(problem.place.source.name)}:{span.line}:{span.column}:")
    return f"{where} {paint(problem.severity, f'{problem.severity}[{problem.rule}]')} {_told(problem, problem.message)}"


def framed(problem: Problem, paint: Paint = plain) -> str:
    """The headline, the lines that are meant with marks under them, and what would be right."""
    shown = problem.related[:SHOWN_RELATED]
    marks = [_mark(problem.span, "^", problem.severity)]
    notes = []
    for related in shown:
        label = _told(problem, related.label)
        if related.place.source is problem.place.source:
            marks.append(_mark(related.place.span, "-", "related", label))
        else:
            notes.append(f"{_position(related.place)} {label}")
    if len(problem.related) > len(shown):
        notes.append(f"and {len(problem.related) - len(shown)} more places")
    lines = [headline(problem, paint), *_frame(lines_of(problem), marks, paint)]
    lines += [paint("frame", "  = note: ") + note for note in notes]
    if problem.help:
        lines.append(paint("frame", "  = help: ") + _told(problem, problem.help))
    return "\n".join(lines)


def lines_of(problem: Problem) -> list[str]:
    """The lines of a problem's file as they may be shown."""
    lines = masked_source(problem.place.source).split("\n")
    return [line if line.isprintable() else printable(line.replace("\t", " ")) for line in lines]


def _told(problem: Problem, text: str) -> str:
    return printable(masked(text, problem.place.source))


def printable(text: str) -> str:
    """One line without control characters: a name in a spec must not steer the terminal, or a CI log's commands."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def _position(place: Place) -> str:
    return f"{place.source.name}:{place.span.line}:{place.span.column}"


class _Mark(Struct, frozen=True):
    """Signs under `width` characters of a line, from `column` on, and what they mean."""

    line: int
    column: int
    width: int
    sign: str
    role: str
    label: str = ""


def _mark(span: Span, sign: str, role: str, label: str = "") -> _Mark:
    width = span.end_column - span.column if span.line == span.end_line else 1
    return _Mark(span.line, span.column, max(1, width), sign, role, label)


def _frame(lines: list[str], marks: list[_Mark], paint: Paint) -> list[str]:
    """The marked lines in their order, `...` where lines are left out between them."""
    marks = sorted((mark for mark in marks if _is_shown(lines, mark)), key=lambda mark: (mark.line, mark.column))
    size = max((len(str(mark.line)) for mark in marks), default=0)
    empty = paint("frame", " " * size + " |")
    result = [empty] if marks else []
    previous = 0
    for mark in marks:
        line = lines[mark.line - 1]
        if previous and mark.line > previous + 1:
            result.append(paint("frame", "..."))
        if mark.line != previous:
            result.append(paint("frame", f"{mark.line:>{size}} |") + f" {line}")
        result.append(f"{empty} {_blank(line[: mark.column - 1])}{paint(mark.role, _signs(mark, line))}")
        previous = mark.line
    return result


def _is_shown(lines: list[str], mark: _Mark) -> bool:
    return mark.line <= len(lines) and bool(lines[mark.line - 1].strip())


def _signs(mark: _Mark, line: str) -> str:
    below = line[mark.column - 1 :][: mark.width]
    return f"{mark.sign * max(1, len(_blank(below)))} {mark.label}".rstrip()


def _blank(text: str) -> str:
    """Blanks as wide as a text: Chinese and Japanese letters take two columns, a tab stays a tab."""
    wide = ("W", "F")
    return "".join("\t" if one == "\t" else "  " if unicodedata.east_asian_width(one) in wide else " " for one in text)


def report(problems: Iterable[Problem]) -> str:
    """All problems with their frames."""
    return "\n\n".join(framed(problem) for problem in problems)


def fenced(text: str, language: str) -> str:
    """A Markdown code block; its fence is longer than any in the text, so that the text cannot end it.

    Airflow's UI keeps line breaks only in blocks that name a language (`text` for none).
    """
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
