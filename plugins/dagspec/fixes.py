"""Applies the fixes of findings to files; whatever an edit does not name stays as it is, line ends included."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from dagspec.problem import Edit, Fix, Problem
from dagspec.source import Source, read_bytes

MAX_ROUNDS = 10
BOM = "\ufeff"


class Fixed(Struct, frozen=True):
    """A file before and after; `count` fixes were applied."""

    before: str
    after: str
    count: int


def fix_bytes(data: bytes, name: str, check: Callable[[Source], list[Problem]], unsafe: bool = False) -> Fixed:
    """Fix until nothing changes, at most ten rounds. check: the problems of a source that may be fixed.

    unsafe: also those fixes that may change what the pipeline does.
    """
    try:
        text = before = data.decode("utf-8")
    except UnicodeDecodeError:
        return Fixed("", "", 0)
    count = 0
    for _ in range(MAX_ROUNDS):
        source = read_bytes(text.encode("utf-8"), name)
        fixes = usable(check(source), unsafe, len(source.text))
        changed = apply(text, [edit for fix in fixes for edit in fix.edits])
        if changed == text or _breaks(changed, source):
            break
        text, count = changed, count + len(fixes)
    return Fixed(before, text, count)


def _breaks(text: str, source: Source) -> bool:
    # a defect of one fix must not cost the author a file that could be read
    return source.root is not None and read_bytes(text.encode("utf-8"), source.name).root is None


def usable(problems: Iterable[Problem], unsafe: bool, size: int) -> list[Fix]:
    """The fixes that can be applied together, by the order of their findings; the others wait for the next round."""
    chosen: list[Fix] = []
    for problem in sorted(problems, key=lambda problem: problem.sort_key):
        fix = problem.fix
        if fix is None or fix in chosen or not (fix.safe or unsafe):
            continue
        taken = [edit for other in chosen for edit in other.edits]
        if _is_applicable([*taken, *fix.edits], size):
            chosen.append(fix)
    return chosen


def _is_applicable(edits: list[Edit], size: int) -> bool:
    """Whether all lie in the text and none touches another."""
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    inside = all(0 <= edit.start <= edit.end <= size for edit in ordered)
    return inside and all(one.end <= two.start and one.start < two.start for one, two in pairwise(ordered))


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Replace the pieces of a file that the edits name.

    Their offsets count in the text as `Source` has it: without a byte order mark, each line end one character.
    """
    shift = len(BOM) if text.startswith(BOM) else 0
    pairs = [match.start() - shift - index for index, match in enumerate(re.finditer("\r\n", text))]
    newline = "\r\n" if pairs else "\r" if "\r" in text and "\n" not in text else "\n"

    def written(offset: int) -> int:
        return offset + shift + bisect_left(pairs, offset)

    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        new = edit.text.replace("\n", newline)
        text = text[: written(edit.start)] + new + text[written(edit.end) :]
    return text


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content at once: whoever reads it sees the old or the new, never a half. Raises OSError."""
    target = path.resolve()  # a link stays a link
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
        shutil.copymode(target, name)
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
