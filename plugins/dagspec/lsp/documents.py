"""The open files of an editor; their text wins over what is on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pygls.uris import to_fs_path

from dagspec.environment import FILE_NAME, Environment
from dagspec.lsp.position import Lines
from dagspec.policy import FILE_NAME as POLICY
from dagspec.problem import SpecError
from dagspec.source import Source, read_bytes
from dagspec.specs import FOLDER, SUFFIXES, TESTS, read_environments, read_spec, shown_name


@dataclass(frozen=True, slots=True)
class Document:
    """An open file below `dag_specs/`.

    root: its repository. sound: the values when it last was YAML with a mapping at the top.
    line_end: how the editor ends its lines.
    """

    uri: str
    version: int | None
    path: Path
    root: Path
    source: Source
    lines: Lines
    sound: dict[str, Any]
    line_end: str = "\n"

    @property
    def kind(self) -> Literal["spec", "environments", "policy"]:
        """What the file is to dagspec; the two others hold for all specs."""
        if self.path == self.root / FOLDER / FILE_NAME:
            return "environments"
        return "policy" if self.path == self.root / FOLDER / POLICY else "spec"


class Documents:
    """All open files, by the URI that the editor gave them. encoding: how its positions count."""

    def __init__(self, encoding: str = "utf-16") -> None:
        self.encoding = encoding
        self._open: dict[str, Document] = {}

    def put(self, uri: str, text: str, version: int | None = None) -> Document | None:
        """Take the new text of a file; None when dagspec has nothing to say about it."""
        path = file_of(uri)
        root = root_of(path) if path else None
        if path is None or root is None:
            return None
        # an editor may send half a surrogate pair: then it is not UTF-8, and the finding says so
        source = read_bytes(text.encode("utf-8", "surrogatepass"), shown_name(path, root))
        before = self._open.get(uri)
        sound = source.value if isinstance(source.value, dict) else before.sound if before else {}
        line_end = "\r\n" if "\r\n" in text else "\n"
        document = Document(uri, version, path, root, source, Lines(text, self.encoding), sound, line_end)
        self._open[uri] = document
        return document

    def remove(self, uri: str) -> None:
        """Forget a file that was closed."""
        self._open.pop(uri, None)

    def get(self, uri: str) -> Document | None:
        """An open file."""
        return self._open.get(uri)

    def of(self, root: Path) -> list[Document]:
        """The open files of one repository."""
        return [document for document in self._open.values() if document.root == root]

    def at(self, path: Path) -> Document | None:
        """The open file at a path."""
        return next((document for document in self._open.values() if document.path == path), None)

    def read(self, path: Path, root: Path) -> Source:
        """A file of a repository: its open text, or else what is on the disk."""
        document = self.at(path)
        return document.source if document else read_spec(path, root)

    def environments(self, root: Path) -> dict[str, Environment]:
        """The environments of a repository, with its policy. Raises SpecError."""
        return read_environments(root, self.read)

    def readable_environments(self, root: Path) -> dict[str, Environment]:
        """The environments of a repository; none when their file is wrong."""
        try:
            return self.environments(root)
        except SpecError:
            return {}


def file_of(uri: str) -> Path | None:
    """The file that a URI names; None when it is no file. Its folder is resolved, a link itself is kept."""
    try:
        text = to_fs_path(uri) if uri.startswith("file:") else None
        path = Path(text) if text else None
        return path.parent.resolve() / path.name if path else None
    except (ValueError, OSError, RuntimeError):
        return None


def root_of(path: Path) -> Path | None:
    """The repository of a file below `dag_specs/`; None for any other file, also for a test of a spec."""
    if path.suffix not in SUFFIXES:
        return None
    for folder in path.parents:
        if (folder / FOLDER).is_dir():
            inside = path.relative_to(folder).parts
            hidden = any(part.startswith(".") for part in inside)
            return folder if inside[0] == FOLDER and inside[1] != TESTS and not hidden else None
    return None
