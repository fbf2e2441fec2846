"""Regular expressions that are compiled when they are first used: most specs need few of them."""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Becomes the pattern when somebody asks it for something."""

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._text, self._flags)
        # so that the next call finds the method at once
        for method in ("search", "match", "fullmatch", "finditer", "findall", "sub"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazily(text: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile(text, flags)`, when it is needed."""
    return cast("re.Pattern[str]", _Lazy(text, flags))
