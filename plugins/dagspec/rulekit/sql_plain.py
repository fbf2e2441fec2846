"""SQL that is certain to be right: a small part of the grammar that all dialects share.

What is not in this part may be right as well; sqlglot decides. A test proves that sqlglot reads what this reads.
"""

from __future__ import annotations

from collections.abc import Callable

from dagspec.rulekit.sql_plain_words import keywords
from dagspec.rulekit.sql_words import Word

DEEPEST = 20
_FUNCTIONS = ("AVG", "COUNT", "MAX", "MIN", "SUM")
_SIGNS = ("+", "-", "*")
_COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
_TYPES = ("BIGINT", "INT", "INTEGER", "SMALLINT", "DATE", "TIMESTAMP", "BOOLEAN", "FLOAT", "REAL")
_SIZED = ("DECIMAL", "NUMERIC", "VARCHAR")


class NotPlainError(Exception):
    """The statement holds something else."""


def is_plain(words: tuple[Word, ...]) -> bool:
    """Whether one statement is certain to be right."""
    reader = _Reader(words)
    try:
        reader.statement()
    except NotPlainError:
        return False
    return reader.at == len(words)


class _Reader:
    """Reads words from the left; each method reads one part of a statement or raises NotPlainError."""

    def __init__(self, words: tuple[Word, ...]) -> None:
        self.words, self.at, self.depth = words, 0, 0
        self.texts = [word.text if word.kind != "STRING" else "'" for word in words] + [""]

    def takes(self, *texts: str) -> bool:
        """Go on behind these words if they are next."""
        if tuple(self.texts[self.at : self.at + len(texts)]) != texts:
            return False
        self.at += len(texts)
        return True

    def takes_one(self, texts: tuple[str, ...]) -> bool:
        """Go on behind the next word if it is one of these."""
        found = self.texts[self.at] in texts
        self.at += found
        return found

    def want(self, *texts: str) -> None:
        if not self.takes(*texts):
            raise NotPlainError

    def name(self) -> None:
        word = self.words[self.at] if self.at < len(self.words) else None
        if word is None or word.kind != "NAME" or word.text in keywords():
            raise NotPlainError
        self.at += 1

    def names(self) -> None:
        """A dotted name."""
        self.name()
        while self.takes("."):
            self.name()

    def listed(self, part: Callable[[], None]) -> None:
        """One or more of a part, with commas between them."""
        part()
        while self.takes(","):
            part()

    def in_brackets(self, part: Callable[[], None]) -> None:
        self.want("(")
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotPlainError
        part()
        self.depth -= 1
        self.want(")")

    def statement(self) -> None:
        kinds = {"SELECT": self.select, "INSERT": self.insert, "UPDATE": self.update, "DELETE": self.delete}
        kinds |= {"MERGE": self.merge, "CREATE": self.create, "TRUNCATE": self.truncate, "DROP": self.drop}
        read = kinds.get(self.texts[0])
        if read is None:
            raise NotPlainError
        read()

    def select(self) -> None:
        self.want("SELECT")
        self.takes("DISTINCT")
        if not self.takes("*"):
            self.listed(self.column)
        self.want("FROM")
        self.source()
        while self.takes("JOIN") or self.takes("LEFT", "JOIN") or self.takes("INNER", "JOIN"):
            self.source()
            self.want("ON")
            self.condition()
        self.where()
        if self.takes("GROUP BY"):
            self.listed(self.term)
        if self.takes("ORDER BY"):
            self.listed(self.ordered)

    def column(self) -> None:
        self.condition()
        if self.takes("AS"):
            self.name()

    def ordered(self) -> None:
        self.term()
        self.takes_one(("ASC", "DESC"))

    def source(self) -> None:
        """A table or a query, perhaps with a name of its own."""
        if self.texts[self.at] == "(":
            self.in_brackets(self.select)
        else:
            self.names()
        if self.takes("AS"):
            self.name()

    def where(self) -> None:
        if self.takes("WHERE"):
            self.condition()

    def condition(self) -> None:
        self.comparison()
        while self.takes("AND") or self.takes("OR"):
            self.comparison()

    def comparison(self) -> None:
        self.sum()
        if self.takes("IS", "NULL") or self.takes("IS", "NOT", "NULL"):
            return
        if self.takes("IN") or self.takes("NOT", "IN"):
            self.in_brackets(lambda: self.listed(self.term))
        elif self.takes("BETWEEN"):
            self.sum()
            self.want("AND")
            self.sum()
        elif self.takes_one(_COMPARISONS):
            self.sum()

    def sum(self) -> None:
        self.term()
        while self.takes_one(_SIGNS):
            self.term()

    def term(self) -> None:
        if self.texts[self.at] == "(":
            self.in_brackets(self.condition)
        elif self.texts[self.at] in _FUNCTIONS and self.texts[self.at + 1] == "(":
            self.call()
        elif self.at < len(self.words) and self.words[self.at].kind in ("STRING", "NUMBER"):
            self.at += 1
        elif not self.takes_one(("NULL", "TRUE", "FALSE")):
            self.names()

    def call(self) -> None:
        is_count = self.takes("COUNT")
        self.at += not is_count
        if not (is_count and self.takes("(", "*", ")")):
            self.in_brackets(self.sum)

    def insert(self) -> None:
        self.want("INSERT", "INTO")
        self.names()
        if self.texts[self.at] == "(":
            self.in_brackets(lambda: self.listed(self.name))
        if self.takes("VALUES"):
            self.listed(self.row)
        else:
            self.select()

    def row(self) -> None:
        self.in_brackets(lambda: self.listed(self.sum))

    def update(self) -> None:
        self.want("UPDATE")
        self.names()
        self.assignments()
        self.where()

    def assignments(self) -> None:
        self.want("SET")
        self.listed(self.assignment)

    def assignment(self) -> None:
        self.names()
        self.want("=")
        self.sum()

    def delete(self) -> None:
        self.want("DELETE", "FROM")
        self.names()
        self.where()

    def merge(self) -> None:
        self.want("MERGE", "INTO")
        self.source()
        self.want("USING")
        self.source()
        self.want("ON")
        self.condition()
        self.when()
        while self.texts[self.at]:
            self.when()

    def when(self) -> None:
        self.want("WHEN")
        added = self.takes("NOT")
        self.want("MATCHED")
        if self.takes("AND"):
            self.condition()
        self.want("THEN")
        if added:
            self.want("INSERT")
            self.in_brackets(lambda: self.listed(self.name))
            self.want("VALUES")
            self.row()
        elif not self.takes("DELETE"):
            self.want("UPDATE")
            self.assignments()

    def create(self) -> None:
        self.want("CREATE")
        self.takes("OR", "REPLACE")
        self.takes_one(("TEMP", "TEMPORARY"))
        self.want("TABLE")
        self.takes("IF", "NOT", "EXISTS")
        self.names()
        if self.takes("AS"):
            self.select()
        else:
            self.in_brackets(lambda: self.listed(self.field))

    def field(self) -> None:
        self.name()
        if self.takes_one(_SIZED):
            self.in_brackets(lambda: self.listed(self.number))
        elif not self.takes_one(_TYPES):
            raise NotPlainError
        self.takes("NOT", "NULL")

    def number(self) -> None:
        if self.at == len(self.words) or self.words[self.at].kind != "NUMBER":
            raise NotPlainError
        self.at += 1

    def truncate(self) -> None:
        self.want("TRUNCATE", "TABLE")
        self.names()

    def drop(self) -> None:
        self.want("DROP", "TABLE")
        self.takes("IF", "EXISTS")
        self.names()
