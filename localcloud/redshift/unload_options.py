"""What an UNLOAD asks for."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from localcloud.redshift import options
from localcloud.redshift.errors import SYNTAX_ERROR, SqlError
from localcloud.redshift.options import Values

_FORMATS = ("CSV", "PARQUET", "JSON")
_COMPRESSIONS = {"GZIP": ".gz", "BZIP2": ".bz2", "ZSTD": ".zst"}
_NOT_WITH = {
    "PARQUET": ("DELIMITER", "ADDQUOTES", "ESCAPE", "NULL", "HEADER", *_COMPRESSIONS),
    "JSON": ("DELIMITER", "ADDQUOTES", "ESCAPE", "NULL", "HEADER"),
    "CSV": ("ADDQUOTES", "ESCAPE"),
}
_MEGABYTE = 1 << 20
_DEFAULT_MEGABYTES = 6348  # 6.2 GB
_LEAST_MEGABYTES = 5


@dataclass(frozen=True)
class UnloadOptions:
    """The options, with Redshift's defaults."""

    form: str = "TEXT"
    compression: str = ""
    delimiter: str = "|"
    null: str = ""
    parallel: bool = True
    largest_file: int = _DEFAULT_MEGABYTES * _MEGABYTE
    extension: str = ""
    partition: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()

    def has(self, flag: str) -> bool:
        """Whether an option without a value was given."""
        return flag in self.flags

    def suffix(self) -> str:
        """How the names of files end."""
        if self.extension:
            return f".{self.extension}"
        return ".parquet" if self.form == "PARQUET" else _COMPRESSIONS.get(self.compression, "")

    @classmethod
    def read(cls, values: Values, partition: tuple[str, ...]) -> UnloadOptions:
        """Check and take over. SqlError for options that do not go together."""
        form = _one_of(values, _FORMATS) or "TEXT"
        wrong = [name for name in _NOT_WITH.get(form, ()) if name in values]
        if wrong:
            raise SqlError(SYNTAX_ERROR, f"UNLOAD with {form} does not take {wrong[0]}")
        if "CLEANPATH" in values and "ALLOWOVERWRITE" in values:
            raise SqlError(SYNTAX_ERROR, "CLEANPATH and ALLOWOVERWRITE exclude each other in UNLOAD")
        return cls(
            form=form,
            compression=_one_of(values, tuple(_COMPRESSIONS)),
            delimiter=_delimiter(values.get("DELIMITER", "," if form == "CSV" else "|")),
            null=values.get("NULL", ""),
            parallel=options.is_on(values, "PARALLEL") or "PARALLEL" not in values,
            largest_file=_size(values.get("MAXFILESIZE", f"{_DEFAULT_MEGABYTES} MB")),
            extension=values.get("EXTENSION", "").removeprefix("."),
            partition=partition,
            flags=frozenset(name for name, value in values.items() if value == options.ON),
        )


def _one_of(values: Values, names: tuple[str, ...]) -> str:
    given = [name for name in names if name in values]
    if len(given) > 1:
        raise SqlError(SYNTAX_ERROR, f"{given[0]} and {given[1]} exclude each other in UNLOAD")
    return given[0] if given else ""


def _delimiter(text: str) -> str:
    plain = codecs.decode(text, "unicode_escape") if text.startswith("\\") else text
    if len(plain) != 1:
        raise SqlError(SYNTAX_ERROR, f"DELIMITER of UNLOAD is one character, not {text!r}")
    return plain


def _size(text: str) -> int:
    number, _, unit = text.partition(" ")
    megabytes = float(number) * (1024 if unit == "GB" else 1)
    if not _LEAST_MEGABYTES <= megabytes <= _DEFAULT_MEGABYTES:
        raise SqlError(SYNTAX_ERROR, "MAXFILESIZE is between 5 MB and 6.2 GB")
    return int(megabytes * _MEGABYTE)
