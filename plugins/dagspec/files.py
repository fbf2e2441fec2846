"""Files that specs name: repository paths that reach S3 under the hash of their content.

So a running DAG keeps the version that it started with, and nothing is overwritten.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from msgspec import Struct

REMOTE = ("s3://", "s3a://", "s3n://", "{{")
HASH_LENGTH = 16
MAX_MEGABYTES = 100  # each lint and each load reads it


class FileError(Exception):
    """A file that cannot be used; the message is the finding, `help` what would be right."""

    def __init__(self, message: str, help_: str = "") -> None:
        super().__init__(message)
        self.help = help_


class Files(Struct):
    """The repository's files as a spec sees them. `used` collects what `dagspec deploy` must upload: URI → path."""

    root: Path
    code_uri: str | None
    used: dict[str, Path] = {}

    def uri(self, reference: str) -> str:
        """Where a task finds this file: `<code_uri>/<hash of the content>/<name>`; an s3:// path stays as it is.

        Raises FileError when there is no such file in the repository or no `code_uri` in the environment.
        """
        if reference.startswith(REMOTE):
            return reference
        path = self.path(reference)
        if not self.code_uri:
            raise FileError("the environment has no code_uri to keep this file under", 'add "code_uri: s3://…"')
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:HASH_LENGTH]
        uri = f"{self.code_uri.rstrip('/')}/{digest}/{path.name}"
        self.used[uri] = path
        return uri

    def path(self, reference: str, max_megabytes: int = MAX_MEGABYTES) -> Path:
        """The file of the repository that a path names. Raises FileError when there is none, or a huge one."""
        root = self.root.resolve()
        try:
            path = (root / reference).resolve()
        except (OSError, ValueError, RuntimeError):
            raise FileError("this is no path of a file") from None
        if not path.is_relative_to(root):
            raise FileError(f'"{reference}" lies outside the repository')
        if any(part.startswith(".") for part in path.relative_to(root).parts):
            raise FileError(f'"{reference}" is hidden: such files may hold what must not leave the machine')
        if not _is_file(path):
            raise FileError(f'no file "{reference}"', self._similar(path))
        if path.stat().st_size > max_megabytes * 1_000_000:
            raise FileError(f'"{reference}" is larger than {max_megabytes} MB')
        return path

    def _similar(self, path: Path) -> str:
        from difflib import get_close_matches

        folder = path.parent
        if not folder.is_dir():
            return "paths count from the repository's top folder"
        names = [other.name for other in folder.iterdir() if other.is_file()]
        close = get_close_matches(path.name, names, n=1, cutoff=0.6)
        return f'did you mean "{(folder / close[0]).relative_to(self.root.resolve())}"?' if close else ""


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, or has a NUL
        return False
