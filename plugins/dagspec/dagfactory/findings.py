"""What is found while a file of dag-factory's format is read."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from dagspec.problem import Fix, Problem, Span
from dagspec.source import Source

ONLY = "dag-factory-only"


class Findings:
    """What is found in one DAG.

    notes: told by lint, they stop nothing. errors: dag-factory would not take it either.
    """

    def __init__(self, source: Source, own: yaml.Node) -> None:
        """`own` is the DAG itself, without the defaults of the file."""
        self.source, self.own = source, own
        self.notes: list[Problem] = []
        self.errors: list[Problem] = []
        self._refusals: dict[Span, str] = {}

    def refuse(self, node: yaml.Node, reason: str) -> None:
        """Note why dagspec does not load the DAG; `reason` ends the sentence "…, because …"."""
        self._refusals.setdefault(self._span(node), reason)

    def note(self, rule: str, node: yaml.Node, message: str, help_: str = "", fix: Fix | None = None) -> None:
        """Note a warning."""
        place = self.source.place()
        self.notes.append(Problem(rule, message, place, help_, "warning", fix=fix, at=self._span(node)))

    def error(self, rule: str, node: yaml.Node, message: str, help_: str = "") -> None:
        """Note an error."""
        self.errors.append(Problem(rule, message, self.source.place(), help_, at=self._span(node)))

    def refusals(self) -> Iterator[Problem]:
        """The one finding that says that the DAG is not loaded, and why; none when nothing stands in the way."""
        own = {span: reason for span, reason in sorted(self._refusals.items()) if self._is_own(span)}
        shared = {span: reason for span, reason in sorted(self._refusals.items()) if span not in own}
        if not self._refusals:
            return
        span, reason = next(iter((shared or own).items()))
        which = "the DAGs of this file" if shared else "this DAG"
        message = f"dagspec's loader does not load {which}, because {reason}"
        # what concerns the whole file is told once: the message must be the same for each DAG
        message += "" if shared else _more(len(own) - 1)
        help_ = "use an operator that needs no Python of your own, or load the file with dag-factory itself"
        yield Problem(ONLY, message, self.source.place(), help_, "warning", at=span)

    def _is_own(self, span: Span) -> bool:
        start, end = self.own.start_mark, self.own.end_mark
        return (start.line, start.column) <= (span.line - 1, span.column - 1) < (end.line, end.column)

    def _span(self, node: yaml.Node) -> Span:
        start = node.start_mark.index
        stop = start + len(self.source.text[start : node.end_mark.index].rstrip())
        line = self.source.text.find("\n", start, stop)
        return self.source.span_of(start, stop if line < 0 else line)


def _more(count: int) -> str:
    return "" if count == 0 else " (and for one more reason)" if count == 1 else f" (and for {count} more reasons)"
