"""What a COPY asks for."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from localcloud.redshift.errors import SYNTAX_ERROR, SqlError, unsupported
from localcloud.redshift.options import Values

_FORMATS = ("CSV", "PARQUET", "JSON")
_COMPRESSIONS = ("GZIP", "BZIP2", "ZSTD")
_NOT_FOR_PARQUET = (
    "DELIMITER", "QUOTE", "NULL", "IGNOREHEADER", "IGNOREBLANKLINES", "ESCAPE", "REMOVEQUOTES", "BLANKSASNULL",
    "EMPTYASNULL", "TRUNCATECOLUMNS", "MAXERROR", "DATEFORMAT", "TIMEFORMAT", "TRIMBLANKS", "ENCODING",
    "ACCEPTANYDATE", *_COMPRESSIONS,
)  # fmt: skip
_NOT_FOR_CSV = ("ESCAPE", "REMOVEQUOTES")
_LARGEST_MAXERROR = 100_000


@dataclass(frozen=True)
class CopyOptions:
    """The options, with Redshift's defaults."""

    form: str = "TEXT"
    json_paths: str = "auto"
    compression: str = ""
    manifest: bool = False
    delimiter: str = "|"
    quote: str = '"'
    null: str = "\\N"
    skip_lines: int = 0
    max_error: int = 0
    date_format: str = ""
    time_format: str = ""
    replacement: str = ""
    flags: frozenset[str] = frozenset()

    def has(self, flag: str) -> bool:
        """Whether an option without a value was given."""
        return flag in self.flags

    @classmethod
    def read(cls, values: Values) -> CopyOptions:
        """Check and take over. SqlError for options that do not go together."""
        form = _one_of(values, _FORMATS) or "TEXT"
        _check(values, form)
        csv = form == "CSV"
        return cls(
            form=form,
            json_paths="auto" if values.get("JSON", "ON") == "ON" else values["JSON"],
            compression=_one_of(values, _COMPRESSIONS),
            manifest="MANIFEST" in values,
            delimiter=_character("DELIMITER", values.get("DELIMITER", "," if csv else "|")),
            quote=_character("QUOTE", values.get("QUOTE", '"')),
            null=_null(values.get("NULL", "\\N")),
            skip_lines=int(values.get("IGNOREHEADER", "0")),
            max_error=int(values.get("MAXERROR", "0")),
            date_format=values.get("DATEFORMAT", ""),
            time_format=values.get("TIMEFORMAT", ""),
            replacement=_replacement(values),
            flags=frozenset(name for name, value in values.items() if value == "ON"),
        )


def _check(values: Values, form: str) -> None:
    if form == "PARQUET" and (wrong := [name for name in _NOT_FOR_PARQUET if name in values]):
        raise SqlError("0A000", f"{wrong[0]} argument is not supported for PARQUET based COPY")
    if form == "CSV" and (wrong := [name for name in _NOT_FOR_CSV if name in values]):
        raise SqlError(SYNTAX_ERROR, f"{wrong[0]} is not compatible with CSV")
    if form == "TEXT" and "QUOTE" in values:
        raise SqlError(SYNTAX_ERROR, "QUOTE is only for CSV")
    if "SERIALIZETOJSON" in values and form != "PARQUET":
        raise SqlError(SYNTAX_ERROR, "SERIALIZETOJSON is only for PARQUET")
    if int(values.get("MAXERROR", "0")) > _LARGEST_MAXERROR:
        raise SqlError(SYNTAX_ERROR, f"MAXERROR is at most {_LARGEST_MAXERROR}")
    if values.get("ENCODING", "UTF8").upper() not in ("UTF8", "AUTO"):
        raise unsupported(f"the encoding {values['ENCODING']} of COPY: only UTF8")


def _one_of(values: Values, names: tuple[str, ...]) -> str:
    given = [name for name in names if name in values]
    if len(given) > 1:
        raise SqlError(SYNTAX_ERROR, f"{given[0]} and {given[1]} exclude each other in COPY")
    return given[0] if given else ""


def _character(name: str, text: str) -> str:
    """One character; \\t and octal codes such as \\001 are written with a backslash."""
    plain = codecs.decode(text, "unicode_escape") if text.startswith("\\") else text
    if len(plain) != 1:
        raise SqlError(SYNTAX_ERROR, f"{name} of COPY is one character, not {text!r}")
    return plain


def _null(text: str) -> str:
    return {"\\0": "\0", "\\000": "\0", "N": "\\N"}.get(text, text)


def _replacement(values: Values) -> str:
    if "ACCEPTINVCHARS" not in values:
        return ""
    return "?" if values["ACCEPTINVCHARS"] == "ON" else values["ACCEPTINVCHARS"]
