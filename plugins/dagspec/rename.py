"""The fix for a mistyped name: write the one that must be meant."""

from __future__ import annotations

from dagspec.lazy import lazily
from dagspec.problem import Edit, Fix, Place

# a plain scalar of this shape is text in YAML, except for these words
_PLAIN = lazily(r"[A-Za-z_][A-Za-z0-9_.-]*")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def rename(place: Place, wrong: str, right: str) -> Fix | None:
    """The unsafe fix that writes `right` where `wrong` stands; None when there is nothing sure to write.

    The name may come from elsewhere (a reference, the environment's defaults): then it does not stand at the place.
    """
    start, end = place.source.offsets(place.path, place.part, place.needle)
    written = place.source.text[start:end]
    quoted = written[:1] in "\"'" and written[1:-1] == wrong
    is_plain = _PLAIN.fullmatch(right) is not None and right.lower() not in _WORDS
    if not right or not _PLAIN.match(right) or not (quoted or (written == wrong and is_plain)):
        return None
    return Fix(f'write "{right}"', (Edit(start + quoted, end - quoted, right),))
