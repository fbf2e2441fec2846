"""SQL that is certain to be right: a small part of the grammar that all dialects share.

What is not in this part may be right as well; sqlglot decides. A test proves that sqlglot reads what this reads.
"""

from __future__ import annotations

from dagspec.rulekit.sql_plain_parts import NotPlainError, Reader
from dagspec.rulekit.sql_words import Word

_TYPES = ("BIGINT", "INT", "INTEGER", "SMALLINT", "DATE", "TIMESTAMP", "BOOLEAN", "FLOAT", "REAL")
_SIZED = ("DECIMAL", "NUMERIC", "VARCHAR")


def is_plain(words: tuple[Word, ...]) -> bool:
    """Whether one statement is certain to be right."""
    reader = _Statement(words)
    try:
        reader.statement()
    except NotPlainError:
        return False
    return reader.at == len(words)


class _Statement(Reader):
    """Reads one statement."""

    def statement(self) -> None:
        kinds = {"SELECT": self.select, "INSERT": self.insert, "UPDATE": self.update, "DELETE": self.delete}
        kinds |= {"MERGE": self.merge, "CREATE": self.create, "TRUNCATE": self.truncate, "DROP": self.drop}
        read = kinds.get(self.texts[0])
        if read is None:
            raise NotPlainError
        read()

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
