"""The options of COPY INTO <table>, checked: none is read and then not followed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from localcloud.snowflake.errors import syntax, unsupported

_MATCHES = ("NONE", "CASE_SENSITIVE", "CASE_INSENSITIVE")
_ON_ERROR = ("ABORT_STATEMENT", "CONTINUE", "SKIP_FILE")
# accepted without effect: nothing is truncated, and no length is enforced, by DuckDB
_WITHOUT_EFFECT = (
    *("TRUNCATECOLUMNS", "ENFORCE_LENGTH", "LOAD_UNCERTAIN_FILES", "RETURN_FAILED_ONLY"),
    *("STORAGE_INTEGRATION", "ENCRYPTION"),  # S3 is folders of this machine
)
_KNOWN = ("FILE_FORMAT", "FILES", "PATTERN", "MATCH_BY_COLUMN_NAME", "ON_ERROR", "FORCE", "PURGE", *_WITHOUT_EFFECT)


@dataclass(frozen=True)
class CopyOptions:
    """What a COPY statement asks for."""

    format: Any = None
    files: list[str] = field(default_factory=list)
    pattern: str | None = None
    match: str = "NONE"
    on_error: str = "ABORT_STATEMENT"
    force: bool = False
    purge: bool = False


def copy_options(given: dict[str, Any]) -> CopyOptions:
    """The options by their names; an error for an unknown one or one that cannot be followed."""
    for name in given:
        if name not in _KNOWN:
            raise unsupported(f"the copy option {name}", f"it knows {', '.join(_KNOWN)}")
    return CopyOptions(
        format=given.get("FILE_FORMAT"),
        files=[str(file) for file in given.get("FILES", [])],
        pattern=given.get("PATTERN"),
        match=_word(given, "MATCH_BY_COLUMN_NAME", "NONE", _MATCHES),
        on_error=_word(given, "ON_ERROR", "ABORT_STATEMENT", _ON_ERROR),
        force=_flag(given, "FORCE"),
        purge=_flag(given, "PURGE"),
    )


def _word(given: dict[str, Any], name: str, default: str, allowed: tuple[str, ...]) -> str:
    word = str(given.get(name, default)).upper()
    if re.match(r"SKIP_FILE_\d", word):
        raise unsupported(f"ON_ERROR = {word}", f"it knows {', '.join(allowed)}")
    if word not in allowed:
        raise syntax(f"Invalid value '{word}' for {name}: one of {', '.join(allowed)}.")
    return word


def _flag(given: dict[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise syntax(f"{name} is TRUE or FALSE, not '{value}'.")
    return value
