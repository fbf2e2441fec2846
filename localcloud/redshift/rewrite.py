"""Expressions of Redshift as PostgreSQL reads them: functions, types, names, a few keywords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localcloud.redshift import functions, words
from localcloud.redshift.errors import unsupported
from localcloud.redshift.words import Word

_KEYWORDS = {"SYSDATE": "sysdate()", "MINUS": "EXCEPT"}
_TYPES = {
    "SUPER": "jsonb",
    "VARBYTE": "bytea",
    "VARBINARY": "bytea",
    "NVARCHAR": "varchar",
    "DATETIME": "timestamp",
    "NCHAR": "char",
}
_BINARY = ("VARBYTE", "VARBINARY")
_LONGEST_VARCHAR = "65535"
_TYPES_THAT_ARE_NOT_THERE = ("GEOMETRY", "GEOGRAPHY", "HLLSKETCH")
_WRITES = ("INSERT", "MERGE")
_BEFORE_A_TYPE = ("::", "AS")


@dataclass(frozen=True)
class Rewriter:
    """Renders words of one text, which stays as it is wherever nothing has to change."""

    sql: str
    case_sensitive: bool = False

    def render(self, part: Sequence[Word]) -> str:
        """The text of these words for PostgreSQL. SqlError for what the local Redshift has not."""
        pieces: list[str] = []
        place = 0
        while place < len(part):
            text, following = self._piece(part, place)
            pieces.append(self._gap(part, place) + text)
            place = following
        return "".join(pieces)

    def _piece(self, part: Sequence[Word], place: int) -> tuple[str, int]:
        """What stands for the word at `place`, and the place after what it covers."""
        word = part[place]
        after = part[place + 1].upper if place + 1 < len(part) else ""
        before = part[place - 1].upper if place else ""
        if word.is_inserted:
            return word.text, place + 1
        if word.is_quoted_name:
            return self._quoted_name(word), place + 1
        if word.is_text or before == ".":
            return self._source(word), place + 1
        if after == "(" and word.upper in functions.CALLS:
            return self._call(part, place)
        if word.upper == "APPROXIMATE" and after in ("COUNT", "PERCENTILE_DISC"):
            return "", place + 1
        return self._plain(part, place, before, after)

    def _plain(self, part: Sequence[Word], place: int, before: str, after: str) -> tuple[str, int]:
        word = part[place]
        if word.upper == "INTO" and after.startswith("#") and before not in _WRITES:
            return f"{word.text} TEMP", place + 1
        if word.upper == "SYSDATE" and after == "(":
            return self._source(word), place + 1
        if word.upper in _KEYWORDS and not self._is_alias(before, after):
            return _KEYWORDS[word.upper], place + 1
        if word.text.startswith("#") and len(word.text) > 1:
            return f'"{word.text.lower()}"', place + 1
        if after == "(" and [item.upper for item in part[place + 2 : place + 4]] == ["MAX", ")"]:
            return f"{_TYPES.get(word.upper, word.text)}({_LONGEST_VARCHAR})", place + 4
        if before in _BEFORE_A_TYPE:
            return self.type_name(part, place)
        return self._source(word), place + 1

    def type_name(self, part: Sequence[Word], place: int) -> tuple[str, int]:
        """The type at `place`, and the place after it. SqlError for a type that is not there."""
        word = part[place]
        if word.upper in _TYPES_THAT_ARE_NOT_THERE:
            raise unsupported(f"the type {word.upper}")
        following = place + 1
        if word.upper in _BINARY and following < len(part) and part[following].upper == "(":
            following = words.closing(part, following) + 1  # PostgreSQL's bytea has no length
        return _TYPES.get(word.upper, self._source(word)), following

    def _call(self, part: Sequence[Word], place: int) -> tuple[str, int]:
        end = words.closing(part, place + 1)
        call = functions.Call(
            name=part[place].upper,
            arguments=[self.render(item).strip() for item in words.arguments(part, place + 1)],
            within_group="",
            over="",
        )
        end, call = self._following(part, end + 1, call)
        return functions.CALLS[call.name](call), end

    def _following(self, part: Sequence[Word], place: int, call: functions.Call) -> tuple[int, functions.Call]:
        """Take in `WITHIN GROUP (…)` and `OVER (…)` where the function is written anew with them."""
        if call.name in functions.WITH_GROUP and words.starts_with(part[place:], "WITHIN", "GROUP", "("):
            end = words.closing(part, place + 2)
            call = call.with_group(self.render(part[place + 3 : end]).strip())
            place = end + 1
        if call.name in functions.WITH_WINDOW and words.starts_with(part[place:], "OVER", "("):
            end = words.closing(part, place + 1)
            call = call.with_window(self.render(part[place + 2 : end]).strip())
            place = end + 1
        return place, call

    def _quoted_name(self, word: Word) -> str:
        """Redshift folds also quoted names to lower case, unless told otherwise."""
        source = self._source(word)
        return source if self.case_sensitive else source.lower()

    def _source(self, word: Word) -> str:
        return self.sql[word.start : word.end]

    def _gap(self, part: Sequence[Word], place: int) -> str:
        """The white space before a word; a comment becomes a space, for a line may be joined to another."""
        if place == 0:
            return ""
        gap = self.sql[part[place - 1].end : part[place].start]
        return gap if gap.isspace() or not gap else " "

    @staticmethod
    def _is_alias(before: str, after: str) -> bool:
        return before == "AS" or after == "."
