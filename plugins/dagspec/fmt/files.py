"""Files to format, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path

from dagspec.fmt import format_source
from dagspec.masking import masked
from dagspec.problem import Problem
from dagspec.source import MAX_BYTES, read_bytes, read_file
from dagspec.specs import SUFFIXES


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file before and after; the same when it is in order already or has problems."""

    name: str
    before: str = ""
    after: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        """Whether formatting changes the file."""
        return self.before != self.after

    def diff(self) -> str:
        """What changes, as a unified diff without secrets."""
        before, after = (
            masked(text, read_bytes(text.encode(), self.name)).replace("\r\n", "\n").splitlines(keepends=True)
            for text in (self.before, self.after)
        )
        lines = unified_diff(before, after, f"a/{self.name}", f"b/{self.name}")
        return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def format_bytes(data: bytes, name: str) -> Outcome:
    """Format a file's content; its kind of line ends stays, a byte order mark goes."""
    source = read_bytes(data, name)
    result = format_source(source)
    if result.problems:
        return Outcome(name, problems=result.problems)
    after = result.text.replace("\n", "\r\n") if b"\r\n" in data else result.text
    return Outcome(name, data.decode(), after)


def format_file(path: Path, name: str) -> Outcome:
    """Like `format_bytes`, for a file; nothing is written."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        return Outcome(name, problems=read_file(path, name).problems)
    return format_bytes(data, name)


def yaml_files(path: Path) -> Iterator[Path]:
    """A file itself, or the YAML files below a folder, sorted; hidden ones and links do not count."""
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if file.suffix in SUFFIXES and file.is_file() and not hidden and not file.is_symlink():
            yield file
