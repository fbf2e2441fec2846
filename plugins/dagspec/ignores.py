"""`# dagspec: ignore[rule] reason`: findings that somebody decided to live with."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from dagspec.comments import Comment, comments
from dagspec.lazy import lazily
from dagspec.problem import Edit, Fix, Problem, closest, suggest
from dagspec.rule_index import known_rules
from dagspec.source import Source

UNUSED = "unused-ignore"
WRONG = "wrong-ignore"
_SHAPE = lazily(r"(?P<what>ignore|ignore-file)\[(?P<names>[^\]\n]*)\](?P<reason>.*)")
_USAGE = 'write "# dagspec: ignore[RULE] reason"'


class _Ignore(Struct):
    """A comment taken apart. valid: the rules it may hide; hidden: those it did."""

    comment: Comment
    names: list[str]
    reason: str
    whole_file: bool
    valid: set[str] = set()
    hidden: set[str] = set()

    def hides(self, problem: Problem) -> bool:
        """Whether this comment covers a problem; notes that it was of use."""
        if problem.rule not in self.valid or not (self.whole_file or problem.span.line in self.comment.lines):
            return False
        self.hidden.add(problem.rule)
        return True


def may_ignore(source: Source) -> bool:
    """False for a file without any such comment."""
    return "dagspec:" in source.text


def heed(source: Source, problems: list[Problem], judged: set[str], strict: bool) -> list[Problem]:
    """The problems that no comment hides, and what is wrong with the comments.

    judged: rules that ran for all environments; an ignore of another is never called unused.
    strict: every ignore needs a reason.
    """
    if not may_ignore(source):
        return problems
    ignores, wrong = [], []
    for comment in comments(source):
        ignore = _parsed(comment)
        wrong += list(_wrong(ignore, comment, source, strict))
        ignores += [ignore] if ignore else []
    kept = [problem for problem in problems if not _hidden(problem, ignores)]
    rules = known_rules()
    if any(problem.rule in rules and rules[problem.rule].stops_loading for problem in problems):
        return kept + wrong  # rules are silent about a broken spec, so nothing can be called unused
    unused = (_unused(ignore, (ignore.valid & judged) - ignore.hidden, source) for ignore in ignores)
    return kept + wrong + [problem for problem in unused if problem]


def _hidden(problem: Problem, ignores: list[_Ignore]) -> bool:
    hits = [ignore.hides(problem) for ignore in ignores]  # all of them: each that covers a problem is of use
    return any(hits)


def _parsed(comment: Comment) -> _Ignore | None:
    found = _SHAPE.fullmatch(comment.text)
    if not found:
        return None
    names = [name.strip() for name in found["names"].split(",") if name.strip()]
    reason = found["reason"].strip(" \t:-")
    ignore = _Ignore(comment, names, reason, found["what"] == "ignore-file")
    ignore.valid = {name for name in names if not _obstacle(ignore, name)}
    return ignore if names else None


def _obstacle(ignore: _Ignore, name: str) -> str:
    """Why a comment does not hide a rule; empty when it does."""
    rule = known_rules().get(name)
    if rule is None:
        return f'no rule "{name}"'
    if rule.stops_loading:
        return f'"{name}" cannot be ignored: Airflow would not load the spec'
    if "secrets" in rule.tags and ignore.whole_file:
        return f'"{name}" cannot be ignored for a whole file: put the comment above the key'
    if "secrets" in rule.tags and not ignore.reason:
        return f'"{name}" is ignored only with a reason behind the bracket'
    if ignore.whole_file and not ignore.comment.in_header:
        return "ignore-file belongs above the first key of the file"
    return ""


def _wrong(ignore: _Ignore | None, comment: Comment, source: Source, strict: bool) -> Iterator[Problem]:
    if ignore is None:
        yield _problem(WRONG, "this comment ignores nothing: it names no rule", comment, source, _USAGE)
        return
    for name in ignore.names:
        if obstacle := _obstacle(ignore, name):
            unknown = name not in known_rules()
            help_ = suggest(name, known_rules(), "run `dagspec rules` for all of them") if unknown else ""
            fix = _renamed(comment, name) if unknown else None
            yield _problem(WRONG, obstacle, comment, source, help_, fix, name)
    if strict and not ignore.reason and ignore.valid:
        yield _problem(WRONG, "--strict wants a reason for every ignore", comment, source, _USAGE)


def _renamed(comment: Comment, name: str) -> Fix | None:
    right = closest(name, known_rules())
    return Fix(f'write "{right}"', (_edit(comment, comment.text.replace(name, right, 1)),)) if right else None


def _unused(ignore: _Ignore, names: set[str], source: Source) -> Problem | None:
    if not names:
        return None
    shown = ", ".join(name for name in ignore.names if name in names)
    left = [name for name in ignore.names if name not in names]
    comment = ignore.comment
    fix = Fix("remove the comment", (_removed(comment, source),), safe=True)
    if left:
        bracket = comment.text.replace("[" + comment.text.partition("[")[2].partition("]")[0], "[" + ", ".join(left), 1)
        fix = Fix(f"remove {shown}", (_edit(comment, bracket),), safe=True)
    what, where = ("ignore-file", "in this file") if ignore.whole_file else ("ignore", "here")
    message = f"{what}[{shown}] hides nothing {where}"
    return _problem(UNUSED, message, comment, source, "remove it", fix, shown if left else "")


def _edit(comment: Comment, text: str) -> Edit:
    begin = comment.end - len(comment.text)
    return Edit(begin, comment.end, text)


def _removed(comment: Comment, source: Source) -> Edit:
    """The comment with the blanks before it, and its line when nothing else stands there."""
    begin = len(source.text[: comment.start].rstrip(" \t"))
    alone = begin == 0 or source.text[begin - 1] == "\n"
    line_end = source.text.find("\n", comment.end)
    if line_end < 0:
        return Edit(begin, len(source.text), "")
    return Edit(begin, line_end + alone, "")


def _problem(
    rule: str,
    message: str,
    comment: Comment,
    source: Source,
    help_: str = "",
    fix: Fix | None = None,
    needle: str = "",
) -> Problem:
    found = source.text.find(needle, comment.start, comment.end) if needle else -1
    start, end = (found, found + len(needle)) if found >= 0 else (comment.start, comment.end)
    severity = known_rules()[rule].severity
    return Problem(rule, message, source.place(), help_, severity, fix=fix, at=source.span_of(start, end))
