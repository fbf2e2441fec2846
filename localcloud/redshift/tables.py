"""CREATE TABLE and ALTER TABLE: what Redshift says about the disk is kept apart, keys are not enforced."""

from __future__ import annotations

import json
from collections.abc import Sequence

from localcloud.redshift import words
from localcloud.redshift.column_definition import column, is_constraint, note_constraint
from localcloud.redshift.design import Design
from localcloud.redshift.errors import unsupported
from localcloud.redshift.parsed import Parsed
from localcloud.redshift.quoting import literal
from localcloud.redshift.statements import Ignored, Plain, Script, Statement
from localcloud.redshift.words import Word

_KEYS = "keys: Redshift does not enforce them"


def create(parsed: Parsed) -> Statement:
    """CREATE TABLE, also AS and LIKE."""
    part = parsed.words
    table = (words.find(part, "TABLE") or 0) + 1
    if words.starts_with(part[table:], "IF", "NOT", "EXISTS"):
        table += 3
    name_end = after_name(part, table)
    name = parsed.render(table, name_end)
    design = Design()
    body, after_body = _body(parsed, name_end, design)
    query = _attributes(part, after_body, design)
    head = _head(parsed, table)
    text = f"{head} {name} {body} {parsed.render(query)}".rstrip()
    tag = "SELECT" if query < len(part) else "CREATE TABLE"
    # a script takes no parameters: they matter more than the design
    if not design.known() or any(word.is_parameter for word in part):
        return Plain(text)
    note = "SELECT redshift_local.note_design({}, {})".format(*map(literal, (name, json.dumps(design.known()))))
    return Script(tag, (text, note))


def alter(parsed: Parsed) -> Statement:
    """ALTER TABLE."""
    part = parsed.words
    place = after_name(part, 2)
    rest = part[place:]
    verbs = [word.upper for word in rest[:2]]
    if verbs[0:1] == ["ALTER"] and ((verbs[1:] and verbs[1] in _PHYSICAL) or words.find(rest, "ENCODE")):
        return Ignored("ALTER TABLE", "distribution, sort order and encoding")
    if verbs[0:1] == ["ADD"] and is_constraint(rest[1:]):
        return Ignored("ALTER TABLE", _KEYS)
    if verbs == ["DROP", "CONSTRAINT"]:
        return Ignored("ALTER TABLE", _KEYS)
    if verbs[0:1] == ["ADD"]:
        first = 2 if verbs[1] == "COLUMN" else 1
        return Plain(f"{parsed.render(0, place)} ADD COLUMN {column(parsed.rewriter, rest[first:], Design())}")
    if verbs[0:1] == ["ROW"] or words.find(rest, "PARTITION"):
        raise unsupported(f"ALTER TABLE … {' '.join(verbs)}")
    return Plain(parsed.render())


_PHYSICAL = ("DISTSTYLE", "DISTKEY", "SORTKEY", "COMPOUND", "INTERLEAVED", "ENCODE")


def _head(parsed: Parsed, table: int) -> str:
    """CREATE TABLE with its options; a name that begins with # is a temporary table's."""
    options = {word.upper for word in parsed.words[:table]}
    if parsed.words[table].text.startswith("#") or options & {"TEMP", "TEMPORARY"}:
        return "CREATE TEMP TABLE IF NOT EXISTS" if "EXISTS" in options else "CREATE TEMP TABLE"
    return parsed.render(0, table)


def after_name(part: Sequence[Word], place: int) -> int:
    """The place behind the name, with or without a schema, that begins at a place."""
    place += 1
    while place + 1 < len(part) and part[place].upper == ".":
        place += 2
    return place


def _body(parsed: Parsed, place: int, design: Design) -> tuple[str, int]:
    """The columns in parentheses, if there are any, and the place after them."""
    part = parsed.words
    if place >= len(part) or part[place].upper != "(":
        return "", place
    items = [item for item in words.arguments(part, place) if item]
    after = words.closing(part, place) + 1
    if all(len(item) == 1 for item in items):  # names of a CREATE TABLE AS
        return f"({', '.join(parsed.rewriter.render(item) for item in items)})", after
    rendered = [_item(parsed, item, design) for item in items]
    keys = [f"NOT NULL {name}" for name in design.primary_key if name not in design.not_null]
    return f"({', '.join([*filter(None, rendered), *keys])})", after


def _item(parsed: Parsed, item: Sequence[Word], design: Design) -> str:
    if item[0].upper == "LIKE":
        return parsed.rewriter.render(item)
    if is_constraint(item):
        note_constraint(parsed.rewriter, item, design)
        return ""
    return column(parsed.rewriter, item, design)


def _attributes(part: Sequence[Word], place: int, design: Design) -> int:
    """Read what stands between the columns and AS or the end; the place of AS."""
    while place < len(part):
        following = design.take(part, place)
        if following == place:
            return place
        place = following
    return place
