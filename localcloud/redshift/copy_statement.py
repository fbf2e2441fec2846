"""`COPY table FROM 's3://…'` as written."""

from __future__ import annotations

from localcloud.redshift import options, words
from localcloud.redshift.copy_load import Copy
from localcloud.redshift.copy_options import CopyOptions
from localcloud.redshift.errors import SYNTAX_ERROR, SqlError, unsupported
from localcloud.redshift.options import Takes
from localcloud.redshift.parsed import Parsed
from localcloud.redshift.statements import Statement

_REFUSED = (
    "AVRO", "ORC", "RCFILE", "SEQUENCEFILE", "SHAPEFILE", "FIXEDWIDTH", "ENCRYPTED", "LZOP", "SSH", "READRATIO",
    "NOLOAD", "MASTER_SYMMETRIC_KEY",
)  # fmt: skip
_FLAGS = (
    "CSV", "PARQUET", "MANIFEST", "GZIP", "BZIP2", "ZSTD", "ACCEPTANYDATE", "BLANKSASNULL", "EMPTYASNULL", "ESCAPE",
    "REMOVEQUOTES", "EXPLICIT_IDS", "FILLRECORD", "IGNOREBLANKLINES", "ROUNDEC", "TRIMBLANKS", "TRUNCATECOLUMNS",
    "SERIALIZETOJSON",
)  # fmt: skip
_TEXTS = (
    "NULL", "QUOTE", "DELIMITER", "DATEFORMAT", "TIMEFORMAT", "REGION", "IAM_ROLE", "CREDENTIALS", "ACCESS_KEY_ID",
    "SECRET_ACCESS_KEY", "SESSION_TOKEN",
)  # fmt: skip
_KNOWN = {
    **dict.fromkeys(_REFUSED, Takes.REFUSED),
    **dict.fromkeys(_FLAGS, Takes.NOTHING),
    **dict.fromkeys(_TEXTS, Takes.TEXT),
    **dict.fromkeys(("JSON", "ACCEPTINVCHARS"), Takes.TEXT_OR_NOTHING),
    **dict.fromkeys(("IGNOREHEADER", "MAXERROR", "COMPROWS"), Takes.NUMBER),
    **dict.fromkeys(("COMPUPDATE", "STATUPDATE"), Takes.SWITCH),
    "ENCODING": Takes.WORD,
}


def parse(parsed: Parsed) -> Statement:
    """The statement. SqlError says which part of it is wrong or not supported."""
    part = parsed.words
    start = words.find(part, "FROM")
    if start is None or start + 1 >= len(part) or start < 2:
        raise SqlError(SYNTAX_ERROR, "syntax error: COPY table FROM 's3://bucket/prefix' IAM_ROLE … [options]")
    source = part[start + 1]
    if not source.is_text or not source.text.startswith("s3://"):
        raise unsupported("COPY from anything but 's3://…'")
    opening = words.find(part[:start], "(")
    table = parsed.render(1, opening if opening is not None else start)
    names = (
        [] if opening is None else [parsed.rewriter.render(item).strip('"') for item in words.arguments(part, opening)]
    )
    values = options.parse("COPY", part[start + 2 :], _KNOWN)
    return Copy(table, tuple(names), source.text, CopyOptions.read(values))
