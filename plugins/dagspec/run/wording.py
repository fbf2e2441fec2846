"""Numbers and texts as people read them."""

from __future__ import annotations

from dagspec.text import printable

_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000


def clock(seconds: float) -> str:
    """Return minutes and seconds: ``02:05``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:02d}:{rest:02d}"


def duration(seconds: float) -> str:
    """Return a short duration: ``2.1 s`` or ``3 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def size(number: int) -> str:
    """Return a size in bytes with its unit: ``1.3 MB``."""
    amount = float(number)
    for unit in _UNITS[:-1]:
        if amount < _STEP:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= _STEP
    return f"{amount:.1f} {_UNITS[-1]}"


def counted(number: int, word: str) -> str:
    """Return a number with its word: ``1 row``, ``1,000 rows``."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def visible(text: str) -> str:
    """Return a text of tasks or data as one line that cannot steer the terminal: ``\\x1b`` in place of the escape."""
    return printable(text.replace("\t", " "))


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, or its type when it has none."""
    return (str(error).splitlines() or [type(error).__name__])[0]
