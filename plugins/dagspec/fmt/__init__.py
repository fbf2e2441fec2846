"""The formatter: one look for all specs. What a file means and every comment stay."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dagspec.fixes import apply
from dagspec.fmt.printer import Printer
from dagspec.fmt.proof import is_kept
from dagspec.fmt.tree import BLOCK_HEADER, BLOCK_STYLES, parse_tree
from dagspec.problem import Problem
from dagspec.source import Source, read_text

MENDED = "unquoted-template"  # the one problem whose fix belongs to the look of a file
STRANGE_BREAKS = re.compile("[\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Formatted:
    """text: the new text, the old one when there are problems. problems: why the file could not be formatted."""

    text: str
    problems: list[Problem] = field(default_factory=list)


def format_source(source: Source) -> Formatted:
    """Format one YAML file as `dagspec.source` read it. Never raises for its content."""
    problems = [problem for problem in source.problems if problem.rule != MENDED or problem.fix is None]
    if not problems and (strange := STRANGE_BREAKS.search(source.text)):
        problems = [_strange_break(source, strange.start())]
    if problems:
        return Formatted(source.text, problems)
    mended = read_text(_mended(source), source.name)
    text = _with_last_line_ended(mended)
    text = Printer(text, parse_tree(text)).print()
    return Formatted(text) if is_kept(mended, text) else Formatted(source.text, [_defect(source)])


def _mended(source: Source) -> str:
    """The text with its templates quoted; the node of an alias may tell of the same template twice."""
    edits = {edit for problem in source.problems if problem.fix for edit in problem.fix.edits}
    return apply(source.text, edits)


def _with_last_line_ended(source: Source) -> str:
    """With a line break at the end. A block text that ends without one would grow by it: `|-` keeps it as it is."""
    text = source.text
    if text.endswith("\n"):
        return text
    for ended in (text + "\n", text.rstrip(" ")):  # the second: when the last line is nothing but spaces
        if ended.endswith("\n") and is_kept(source, ended):
            return ended
    last = [node for node in parse_tree(text).walk() if node.style in BLOCK_STYLES][-1]
    header_end = text.index("\n", last.start)
    return text[: last.start] + _stripping(text[last.start : header_end]) + text[header_end:] + "\n"


def _stripping(header: str) -> str:
    found = BLOCK_HEADER.search(header)
    if not found:
        return header
    return header[: found.start(1)] + found[1].strip("+-") + "-" + header[found.end(1) :]


def _strange_break(source: Source, index: int) -> Problem:
    message = f"YAML takes the character U+{ord(source.text[index]):04X} for a line break, editors do not"
    help_ = "remove it, or write it with an escape in double quotes"
    return Problem("yaml-syntax", message, source.place(), help_, at=source.span_of(index, index + 1))


def _defect(source: Source) -> Problem:
    message = "the formatter cannot keep what this file means; the file stays as it is"
    return Problem("internal-error", message, source.place(), "please report it with this file")
