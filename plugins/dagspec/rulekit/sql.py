"""The SQL of a pipeline: texts, statements and words, each with its place in the file.

Templates and references are replaced by stubs of the same length, so that every offset stays that of the author's text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from dagspec.expressions import REFERENCE
from dagspec.problem import KeyPath, Place, Problem, Span
from dagspec.rule import Rule
from dagspec.rulekit.sql_plain_words import plain_words
from dagspec.rulekit.sql_words import Word, words_of
from dagspec.rulekit.stubs import stub
from dagspec.scalars import span_in_text
from dagspec.source import Source
from dagspec.view import PipelineView, TaskView

_TELLING = ("snowflake", "databricks", "redshift", "postgres", "athena")
MAX_LENGTH = 100_000  # a longer text is data, not a statement


class SqlText(Struct, frozen=True):
    """One text of SQL that a task runs.

    path: the option's. file: the repository file that holds it. is_verbatim: its characters stand in the spec.
    """

    task: TaskView
    path: KeyPath
    text: str
    dialect: str
    file: str = ""
    is_verbatim: bool = True

    def place(self, source: Source) -> Place:
        """The option that holds it, or names its file."""
        return source.place(self.path)

    def span(self, source: Source, start: int, end: int) -> Span | None:
        """Where a piece of it stands in the spec; None when it does not stand there."""
        if not self.is_verbatim:
            return None
        return source.span_of(*span_in_text(source, self.path, start, end))

    def where(self, start: int) -> str:
        """Where a piece stands when it is in a file of its own: ` (sql/load.sql:3:5)`."""
        if not self.file:
            return ""
        before = self.text[:start]
        return f" ({self.file}:{before.count(chr(10)) + 1}:{start - before.rfind(chr(10))})"


class Statement(Struct, frozen=True):
    """One statement: its words without the semicolon, never empty."""

    sql: SqlText
    words: tuple[Word, ...]

    def starts_with(self, *texts: str) -> bool:
        """Whether its first words are these."""
        return tuple(word.text for word in self.words[: len(texts)]) == texts

    def find(self, *texts: str, begin: int = 0) -> int:
        """The index of the first of these consecutive words; -1 when they are not there."""
        last = len(self.words) - len(texts)
        for index in range(begin, last + 1):
            if self.words[index].text == texts[0] and self._has(index, texts):
                return index
        return -1

    def _has(self, index: int, texts: tuple[str, ...]) -> bool:
        return all(self.words[index + step].text == text for step, text in enumerate(texts))

    def piece(self, *texts: str) -> tuple[int, int] | None:
        """Where these consecutive words stand in the text, from the first to the last; None when they do not."""
        at = self.find(*texts)
        return None if at < 0 else (self.words[at].start, self.words[at + len(texts) - 1].end)

    def table_at(self, index: int) -> str:
        """The dotted name that begins at a word, as a key to compare with: lower case, quotes removed."""
        end = index + 1
        while end + 1 < len(self.words) and self.words[end].text == ".":
            end += 2
        if end > len(self.words):
            return ""
        text = self.sql.text[self.words[index].start : self.words[end - 1].end]
        return text.replace('"', "").replace("`", "").lower()


def sql_texts(pipeline: PipelineView) -> Iterator[SqlText]:
    """Every SQL text of the pipeline's tasks, by the facts of their operators."""
    for task in pipeline.tasks.values():
        for option in task.facts.sql:
            value = task.arguments.get(option)
            items = [((), value)] if isinstance(value, str) else list(_numbered(value))
            for tail, text in items:
                if sql := sql_text(pipeline, task, (*task.path, option, *tail), text):
                    yield sql


def statements(sql: SqlText, exact: bool = False) -> list[Statement] | None:
    """The statements of a text with its templates stubbed; None when a quote or a comment is not closed.

    exact: with sqlglot's own tokens and their kinds.
    """
    text = stub(sql.text).text
    words = None if exact else plain_words(text, sql.dialect)
    words = words_of(text, sql.dialect) if words is None else words
    if words is None:
        return None
    found: list[list[Word]] = [[]]
    for word in words:
        if word.text == ";" and word.kind == "SEMICOLON":
            found.append([])
        else:
            found[-1].append(word)
    return [Statement(sql, tuple(part)) for part in found if part]


@lru_cache(maxsize=2)
def task_statements(pipeline: PipelineView) -> dict[str, list[Statement]]:
    """Task id → the statements that it runs, in their order."""
    found: dict[str, list[Statement]] = {}
    for sql in sql_texts(pipeline):
        found.setdefault(sql.task.id, []).extend(statements(sql) or [])
    return found


def sql_problem(
    rule: Rule, pipeline: PipelineView, sql: SqlText, piece: tuple[int, int], message: str, help_: str = ""
) -> Problem:
    """A finding at a piece of SQL."""
    problem = rule.problem(sql.place(pipeline.source), message + sql.where(piece[0]), help_)
    return replace(problem, at=sql.span(pipeline.source, *piece))


def _numbered(value: Any) -> Iterator[tuple[KeyPath, str]]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, str):
            yield (index,), item


def sql_text(pipeline: PipelineView, task: TaskView, path: KeyPath, value: str) -> SqlText | None:
    """The SQL of an option: its text as written, or the repository file that it names; None when it has neither."""
    dialect = task.facts.dialect or _dialect_of_connection(task)
    if value.strip().endswith(".sql") and len(value.split()) == 1:
        content = _file(pipeline, value.strip())
        return None if content is None else SqlText(task, path, content, dialect, value.strip(), is_verbatim=False)
    written = getattr(pipeline.source.node(path), "value", None)
    if isinstance(written, str) and not REFERENCE.fullmatch(written.strip()):
        value = written
    return SqlText(task, path, value, dialect, is_verbatim=value == written) if len(value) <= MAX_LENGTH else None


def _dialect_of_connection(task: TaskView) -> str:
    """A connection that is called after its database tells the dialect; empty when it is not."""
    names = [value for key, value in task.arguments.items() if key.endswith("conn_id") and isinstance(value, str)]
    return next((dialect for dialect in _TELLING for name in names if dialect in name.lower()), "")


def _file(pipeline: PipelineView, reference: str) -> str | None:
    """The text of a repository file; None when there is none, or it is too large."""
    root = pipeline.analysis.files.root.resolve()
    path = (root / reference).resolve()
    if not path.is_relative_to(root) or not path.is_file() or path.stat().st_size > MAX_LENGTH:
        return None
    return path.read_text(encoding="utf-8", errors="replace")
