"""`UNLOAD ('query') TO 's3://…'` as written."""

from __future__ import annotations

from collections.abc import Sequence

from localcloud.redshift import options, words
from localcloud.redshift.errors import SYNTAX_ERROR, SqlError
from localcloud.redshift.options import Takes
from localcloud.redshift.parsed import Parsed
from localcloud.redshift.refusals import refuse
from localcloud.redshift.statements import Statement
from localcloud.redshift.top import with_limits
from localcloud.redshift.unload import Unload
from localcloud.redshift.unload_options import UnloadOptions
from localcloud.redshift.words import Word

_KNOWN = {
    **dict.fromkeys(("FIXEDWIDTH", "ENCRYPTED", "KMS_KEY_ID", "MASTER_SYMMETRIC_KEY"), Takes.REFUSED),
    **dict.fromkeys(
        (
            "CSV",
            "PARQUET",
            "JSON",
            "HEADER",
            "ADDQUOTES",
            "ESCAPE",
            "ALLOWOVERWRITE",
            "CLEANPATH",
            "GZIP",
            "BZIP2",
            "ZSTD",
        ),
        Takes.NOTHING,
    ),
    **dict.fromkeys(("MANIFEST", "VERBOSE", "INCLUDE"), Takes.NOTHING),
    **dict.fromkeys(("DELIMITER", "NULL", "REGION", "EXTENSION"), Takes.TEXT),
    **dict.fromkeys(("IAM_ROLE", "CREDENTIALS", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"), Takes.TEXT),
    **dict.fromkeys(("MAXFILESIZE", "ROWGROUPSIZE"), Takes.NUMBER),
    "PARALLEL": Takes.SWITCH,
}
_SHAPE = "syntax error: UNLOAD ('select …') TO 's3://bucket/prefix' IAM_ROLE … [options]"


def parse(parsed: Parsed) -> Statement:
    """The statement. SqlError says which part of it is wrong or not supported."""
    part = parsed.words
    well_formed = len(part) > 5 and [word.upper for word in part[1:5]] == ["(", "", ")", "TO"]
    if not well_formed or not part[2].is_text or not part[5].is_text or not part[5].text.startswith("s3://"):
        raise SqlError(SYNTAX_ERROR, _SHAPE)
    partition, rest = _partition(part[6:])
    values = options.parse("UNLOAD", rest, _KNOWN)
    return Unload(_query(parsed, part[2].text), part[5].text, UnloadOptions.read(values, partition))


def _query(parsed: Parsed, text: str) -> str:
    query = parsed.inner(text)
    statements = list(words.statements(query.words))
    if len(statements) != 1 or statements[0][0].upper not in ("SELECT", "WITH", "("):
        raise SqlError(SYNTAX_ERROR, "UNLOAD takes one SELECT")
    refuse(query)
    if any(word.upper in ("LIMIT", "TOP") for word in _outermost(statements[0])):
        raise SqlError(SYNTAX_ERROR, "Limit clause is not supported", hint="Put it into a subquery.")
    return query.rewriter.render(with_limits(statements[0]))


def _outermost(part: Sequence[Word]) -> list[Word]:
    depth = 0
    found: list[Word] = []
    for word in part:
        depth += (word.upper == "(") - (word.upper == ")")
        if depth == 0:
            found.append(word)
    return found


def _partition(part: Sequence[Word]) -> tuple[tuple[str, ...], list[Word]]:
    """The columns of PARTITION BY, and the options without it."""
    place = words.find(part, "PARTITION", "BY", "(")
    if place is None:
        return (), list(part)
    names = tuple(item[0].text.lower() for item in words.arguments(part, place + 2) if item)
    return names, [*part[:place], *part[words.closing(part, place + 2) + 1 :]]
