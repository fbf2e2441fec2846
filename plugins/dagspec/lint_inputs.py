"""Everything that the findings of a spec depend on beside its own text, as fingerprints of the content."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from dagspec.environment import FILE_NAME as ENVIRONMENTS
from dagspec.environment import Environment
from dagspec.expressions import Resolver
from dagspec.policy import FILE_NAME as POLICY
from dagspec.source import Source
from dagspec.specs import FOLDER
from dagspec.today import today

PACKAGE = Path(__file__).parent
CODE = (".py", ".json", ".yaml")
MAX_PATH = 300  # a longer text names no file
MAX_BYTES = 10_000_000  # a larger file is told apart by its size and time


def fingerprint(*parts: bytes) -> str:
    """A hash of these parts, kept apart from each other."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def shared_inputs(root: Path, options: Any) -> str:
    """The fingerprint of what all specs depend on: code, tables, libraries, environments, policy, options, the date."""
    texts = (repr(_plain(options)), today().isoformat(), sys.version, *_libraries())
    named = [content(root / FOLDER / name) for name in (ENVIRONMENTS, POLICY)]
    return fingerprint(*(text.encode() for text in (*texts, *named)), *_code())


def state(root: Path) -> list[tuple[str, int, int]]:
    """The same as times and sizes, quick to look at: whether something was edited since the last look."""
    entries = [(entry.path, entry.stat()) for entry in _code_files(str(PACKAGE))]
    named = [root / FOLDER / name for name in (ENVIRONMENTS, POLICY)]
    entries += [(str(path), path.stat()) for path in named if path.exists()]
    return [(path, status.st_mtime_ns, status.st_size) for path, status in entries]


def content(path: Path) -> str:
    """The fingerprint of a file's content; "" when there is no such file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):  # ValueError: a text that no file can be called
        return ""


def _plain(value: Any) -> Any:
    """Options as values whose `repr` is the same in every process."""
    if isinstance(value, Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    return sorted(value) if isinstance(value, (set, frozenset)) else value


def _libraries() -> list[str]:
    # the names of these folders hold the versions: one listing instead of reading the metadata of each package
    folders = [folder or "." for folder in sys.path if Path(folder).is_dir()]
    names = (name for folder in folders for name in os.listdir(folder))  # noqa: PTH208 - names, not paths
    return sorted(name for name in names if name.endswith(".dist-info"))


def _code() -> Iterator[bytes]:
    for entry in _code_files(str(PACKAGE)):
        yield entry.path.removeprefix(str(PACKAGE)).encode()
        with open(entry, "rb") as file:  # noqa: PTH123 - hundreds of files, and paths are slow to make
            yield file.read()


def _code_files(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            yield from _code_files(entry.path)
        elif entry.name.endswith(CODE):
            yield entry


class NamedFiles:
    """The files of a repository that specs may name."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._at_top = {path.name for path in self.root.iterdir()}
        self._known: dict[str, str] = {}

    def of(self, source: Source, environments: Iterable[Environment]) -> dict[str, str]:
        """Each text of a spec that may name a file → the fingerprint of that file's content, "" when there is none.

        Which option names a file is the operator's business: every text that looks like a path counts.
        """
        return {text: self.state(text) for text in sorted(self._names(source, list(environments)))}

    def state(self, name: str) -> str:
        """The fingerprint of one file, read once."""
        if name not in self._known:
            self._known[name] = self._state(self.root / name)
        return self._known[name]

    def _state(self, path: Path) -> str:
        try:
            real = path.resolve()
            # what lies outside, or is a pipe or a device, is a finding, whatever it holds: never open it
            if not real.is_relative_to(self.root) or not real.is_file():
                return fingerprint(str(real).encode()) if real.exists() else ""
            status = real.stat()
        except (OSError, ValueError, RuntimeError):
            return ""
        large = status.st_size > MAX_BYTES
        held = f"{status.st_size} {status.st_mtime_ns}" if large else content(real)
        return held and fingerprint(held.encode(), str(real).encode())

    def _names(self, source: Source, environments: list[Environment]) -> Iterator[str]:
        variables = source.value.get("vars") if isinstance(source.value, dict) else None
        resolvers = [Resolver(source, one, variables if isinstance(variables, dict) else {}) for one in environments]
        values = [source.value, *(environment.operator_defaults for environment in environments)]
        for text in {text for value in values for text in texts(value)}:
            if not self._may_name(text):
                continue
            resolved = [one.resolve(text, ()) for one in resolvers] if "${" in text else [text]
            yield from {name.strip() for name in texts(resolved) if self._may_name(name)}

    def _may_name(self, text: str) -> bool:
        if len(text) > MAX_PATH or "\n" in text.strip() or "\0" in text or "://" in text or "{{" in text:
            return False
        return "/" in text or "." in text or text.strip() in self._at_top or "${" in text


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, the keys of mappings left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)
