"""Why Jinja refuses a text, in the author's words and with the place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from jinja2 import TemplateSyntaxError, nodes

from dagspec.jinja_offsets import Nodes, parse, template_environment
from dagspec.lazy import lazily
from dagspec.problem import suggest
from dagspec.templates import Mistake

TAGS: tuple[str, ...] = (
    "block",
    "call",
    "endblock",
    "endcall",
    "endfilter",
    "endfor",
    "endif",
    "endmacro",
    "endset",
    "endwith",
)
TAGS += ("elif", "else", "extends", "filter", "for", "from", "if", "import", "include", "macro", "raw", "set", "with")
_TOKEN = lazily(r"\{\{|\}\}|\{%|%\}|\{#|\w+|\S")
_JINJA_WORDS = {"end of print statement": "}}", "end of statement block": "%}", "end of template": "the end"}


def parse_or_mistake(text: str) -> tuple[Nodes | None, Mistake | None]:
    """The syntax tree of a text, or what Airflow's Jinja would stumble over."""
    try:
        tree = parse(text)
    except TemplateSyntaxError as error:
        return None, _mistake(text, str(error.message or ""), min(error.lineno, len(text)))
    except RecursionError:
        return None, Mistake("the template is nested too deep", 0, 2)
    except (ValueError, OverflowError):
        return None, Mistake("the template holds a number that is too large", 0, 2)
    unknown = next(_unknown_filters(text, tree), None)
    return (tree, None) if unknown is None else (None, unknown)


def _unknown_filters(text: str, tree: Nodes) -> Iterator[Mistake]:
    environment = template_environment()
    for kind, what, known in ((nodes.Filter, "filter", environment.filters), (nodes.Test, "test", environment.tests)):
        for node in tree.of(kind):
            if node.name not in known:
                offset = text.find(node.name, node.lineno)  # a test begins at its `is`
                yield Mistake(f'Jinja has no {what} "{node.name}"', offset, len(node.name), suggest(node.name, known))


def _mistake(text: str, message: str, offset: int) -> Mistake:
    for pattern, explain in _EXPLAINED:
        if found := re.match(pattern, message):
            return explain(text, found, offset)
    return _at(text, message[:1].lower() + message[1:].rstrip("."), offset)


def _at(text: str, message: str, offset: int, help_: str = "") -> Mistake:
    """A mistake at the token that stands at an offset, or at the last one of the text."""
    token = _TOKEN.search(text, offset)
    if token is None:
        last = len(text.rstrip())
        return Mistake(message, max(0, last - 1), 1, help_)
    return Mistake(message, token.start(), len(token[0]), help_)


def _unfinished(text: str, found: re.Match[str], offset: int) -> Mistake:
    closing = _JINJA_WORDS.get(found[1], found[1])
    start = max(text.rfind("{{", 0, offset + 1), text.rfind("{%", 0, offset + 1), 0)
    return _at(text, f'the template ends before "{closing}"', start)


def _unclosed_block(text: str, found: re.Match[str], offset: int) -> Mistake:
    tag = found[1]
    opened = [match for match in re.finditer(rf"\{{%[-+]?\s*({tag}|end{tag})\b", text) if match.start() <= offset]
    depth = 0
    for match in reversed(opened):
        depth += 1 if match[1] == tag else -1
        if depth > 0:
            return Mistake(f'"{tag}" is never closed', match.start(1), len(tag), f'add "{{% end{tag} %}}"')
    return _at(text, f'"{tag}" is never closed', offset)


def _unknown_tag(text: str, found: re.Match[str], offset: int) -> Mistake:
    tag, opened = found[1], re.search(r"needs to be closed is '(.+?)'", found.string)
    if opened:
        return _at(text, f'"{opened[1]}" is not closed before "{tag}"', offset, f'add "{{% end{opened[1]} %}}"')
    if tag in TAGS:
        return _at(text, f'nothing is open that "{tag}" belongs to', offset)
    return _at(text, f'Jinja has no tag "{tag}"', offset, suggest(tag, TAGS))


def _unexpected(text: str, found: re.Match[str], offset: int) -> Mistake:
    helps = {"}": 'close it with "}}"', "'": "this quote is never closed", '"': "this quote is never closed"}
    quoted = "a quote" if found[1] in "'\"" else f'"{found[1]}"'
    return _at(text, f"unexpected {quoted}", offset, helps.get(found[1], ""))


def _unbalanced(text: str, found: re.Match[str], offset: int) -> Mistake:
    return _at(text, f'"{found[2]}" is missing before "{found[1]}"', offset)


def _endless_raw(text: str, found: re.Match[str], offset: int) -> Mistake:  # noqa: ARG001 - one signature for all
    return Mistake('"raw" is never closed', max(text.rfind("raw", 0, offset), 0), 3, 'add "{% endraw %}"')


def _wrong_token(text: str, found: re.Match[str], offset: int) -> Mistake:
    wanted = _JINJA_WORDS.get(found[1], found[1])
    token = _TOKEN.search(text, offset)
    return _at(text, f'expected "{wanted}", found "{token[0] if token else "the end"}"', offset)


def _no_expression(text: str, found: re.Match[str], offset: int) -> Mistake:
    closing = _JINJA_WORDS.get(found[1], found[1])
    return _at(text, f'an expression is missing before "{closing}"', offset)


def _endless_comment(text: str, found: re.Match[str], offset: int) -> Mistake:  # noqa: ARG001 - one signature for all
    start = max(text.rfind("{#"), 0)
    help_ = "add #}"
    if text[start - 1 : start] == "$":
        help_ = 'the shell\'s ${#…} is written ${{ "{#" }}…}'
    return Mistake('"{#" begins a Jinja comment that never ends', start, 2, help_)


_EXPLAINED: tuple[tuple[str, Callable[[str, re.Match[str], int], Mistake]], ...] = (
    (r"unexpected end of template, expected '(.+)'", _unfinished),
    (r"Unexpected end of template\..*needs to be closed is '(.+)'", _unclosed_block),
    (r"[Ee]xpected an expression, got '(.+)'", _no_expression),
    (r"unexpected '(end of .+)'", _no_expression),
    (r"unexpected '(.)', expected '(.)'", _unbalanced),
    (r"expected token '(.+?)', got", _wrong_token),
    (r"Encountered unknown tag '(.+?)'", _unknown_tag),
    (r"unexpected (?:char )?['\"](.+?)['\"]", _unexpected),
    (r"Missing end of comment tag", _endless_comment),
    (r"Missing end of raw directive", _endless_raw),
)
