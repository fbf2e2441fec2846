"""Templates, references and bound parameters in SQL, replaced by stubs of the same length."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from dagspec.lazy import lazily

_CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_OPENER = lazily(r"\{[{%#]")
_OTHERS = lazily(r"\$\{(?:var|env)\.[^}\s]*\}|%\(\w+\)s|(?<![\w%])%s")


class Stubbed(Struct, frozen=True):
    """A text with its stubs. spans: where each stub stands. has_blocks: `{% … %}` decides what is sent."""

    text: str
    spans: tuple[tuple[int, int], ...]
    has_blocks: bool
    is_broken: bool


@lru_cache(maxsize=64)  # several rules ask, for each environment
def stub(text: str) -> Stubbed:
    """Replace `{{ … }}`, `${var.x}` and `%(name)s` by names such as `jjjj`; blocks and comments of Jinja by blanks.

    A template that is not closed ends the work: the rest stays as it is and `is_broken` is set.
    """
    spans: list[tuple[int, int]] = []
    stubbed = list(text)
    has_blocks = False
    at = 0
    while opener := _OPENER.search(text, at):
        end = text.find(_CLOSERS[opener[0]], opener.end()) + 2
        if end < 2:
            return Stubbed(text, tuple(spans), has_blocks, is_broken=True)
        has_blocks = has_blocks or opener[0] == "{%"
        is_value = opener[0] == "{{"
        stubbed[opener.start() : end] = ("j" if is_value else " ") * (end - opener.start())
        spans += [(opener.start(), end)] if is_value else []
        at = end
    for other in _OTHERS.finditer("".join(stubbed)):
        stubbed[other.start() : other.end()] = "j" * len(other[0])
        spans.append(other.span())
    return Stubbed("".join(stubbed), tuple(spans), has_blocks, is_broken=False)
