"""Names, conditions and queries of plain SQL; `sql_plain` has the statements that they are parts of."""

from __future__ import annotations

from collections.abc import Callable

from dagspec.rulekit.sql_plain_words import keywords
from dagspec.rulekit.sql_words import Word

DEEPEST = 20
_FUNCTIONS = ("AVG", "COUNT", "MAX", "MIN", "SUM")
_SIGNS = ("+", "-", "*")
_COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")


class NotPlainError(Exception):
    """The statement holds something else."""


class Reader:
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
        """Go on behind these words, which must be next."""
        if not self.takes(*texts):
            raise NotPlainError

    def name(self) -> None:
        """A word that no dialect takes for a keyword."""
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
        """A part in round brackets."""
        self.want("(")
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotPlainError
        part()
        self.depth -= 1
        self.want(")")

    def select(self) -> None:
        """`SELECT … FROM …` with joins, a condition, groups and an order."""
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
        """`a`, `a AS b`."""
        self.condition()
        if self.takes("AS"):
            self.name()

    def ordered(self) -> None:
        """`a`, `a DESC`."""
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
        """A condition, if there is one."""
        if self.takes("WHERE"):
            self.condition()

    def condition(self) -> None:
        """`a = 1 AND b`."""
        self.comparison()
        while self.takes("AND") or self.takes("OR"):
            self.comparison()

    def comparison(self) -> None:
        """`a = 1`, `a IS NULL`, `a IN (1, 2)`, `a BETWEEN 1 AND 2`, or a value alone."""
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
        """`a + 1`."""
        self.term()
        while self.takes_one(_SIGNS):
            self.term()

    def term(self) -> None:
        """A name, a literal, a call, or a condition in brackets."""
        if self.texts[self.at] == "(":
            self.in_brackets(self.condition)
        elif self.texts[self.at] in _FUNCTIONS and self.texts[self.at + 1] == "(":
            self.call()
        elif self.at < len(self.words) and self.words[self.at].kind in ("STRING", "NUMBER"):
            self.at += 1
        elif not self.takes_one(("NULL", "TRUE", "FALSE")):
            self.names()

    def call(self) -> None:
        """`COUNT(*)`, `MAX(a)`."""
        is_count = self.takes("COUNT")
        self.at += not is_count
        if not (is_count and self.takes("(", "*", ")")):
            self.in_brackets(self.sum)
