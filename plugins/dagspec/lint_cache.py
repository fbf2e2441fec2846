"""What earlier lints found, so that a spec is not linted again until something that its findings depend on changes.

One file of JSON for each set of shared inputs, in a private folder outside of the repository: nobody who proposes a
change to a spec can say there that the spec is clean. A cache that cannot be read or written is none.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from dagspec.lint_inputs import texts
from dagspec.problem import Fix, KeyPath, Place, Problem, Related, Severity, Span
from dagspec.source import Source

VERSION = 1
MAX_ENTRIES = 20_000
MAX_DAYS = 7
WRITABLE_BY_OTHERS = 0o022
# they speak of other files beside the missing one, or of a defect that may pass
NEVER_KEPT = {"missing-file", "internal-error"}


class KeptPlace(msgspec.Struct, frozen=True, array_like=True):
    """A place in the spec itself."""

    path: KeyPath
    part: Literal["key", "value"]
    needle: str


class KeptProblem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding without its source."""

    rule: str
    message: str
    place: KeptPlace
    help: str = ""
    severity: Severity = "error"
    related: tuple[tuple[KeptPlace, str], ...] = ()
    fix: Fix | None = None
    at: Span | None = None


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """The findings of one spec, and the fingerprints of the files that it may name."""

    files: dict[str, str] = {}
    problems: tuple[KeptProblem, ...] = ()


class _File(msgspec.Struct, frozen=True):
    version: int
    entries: dict[str, Entry]


class LintCache:
    """The entries of one set of shared inputs, by the fingerprint of a spec's name and text."""

    def __init__(self, folder: Path, inputs: str) -> None:
        self.path = folder / f"{inputs}.json"
        self._entries = self._read()
        self._new: dict[str, Entry] = {}

    def find(self, key: str) -> Entry | None:
        """What was kept for a spec."""
        return self._entries.get(key)

    def keep(self, key: str, problems: list[Problem], files: dict[str, str], sources: list[Source]) -> None:
        """Remember what was found in a spec, unless the entry would hold a secret or it speaks of another file.

        sources: the spec, and the files whose secrets messages may repeat.
        """
        entry = Entry(files, tuple(_kept(problem) for problem in problems))
        lasting = all(_is_lasting(problem, sources[0]) for problem in problems)
        if lasting and not _has_secret(entry, sources):
            self._new[key] = entry

    def save(self) -> None:
        """Write what is new beside what other processes wrote meanwhile."""
        if not self._new:
            return
        entries = self._read() | self._new
        data = msgspec.json.encode(_File(VERSION, entries if len(entries) <= MAX_ENTRIES else self._new))
        with suppress(OSError):
            _write(self.path, data)
            _remove_old(self.path.parent)

    def _read(self) -> dict[str, Entry]:
        try:
            file = msgspec.json.decode(self.path.read_bytes(), type=_File)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return {}
        return file.entries if file.version == VERSION else {}


def private_folder() -> Path | None:
    """The user's own folder for the cache, made if need be; None when there is none that only they can write to."""
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = base / "dagspec" / "lint"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except (OSError, RuntimeError):  # no home
        return None
    private = status.st_uid == os.getuid() and not status.st_mode & WRITABLE_BY_OTHERS
    return folder if private and os.access(folder, os.W_OK) else None


def problems_of(entry: Entry, source: Source) -> list[Problem]:
    """The findings of an entry, in the spec that they were found in."""
    return [_restored(kept, source) for kept in entry.problems]


def _restored(kept: KeptProblem, source: Source) -> Problem:
    related = tuple(Related(_place(place, source), label) for place, label in kept.related)
    place = _place(kept.place, source)
    return Problem(kept.rule, kept.message, place, kept.help, kept.severity, related, kept.fix, kept.at)


def _place(kept: KeptPlace, source: Source) -> Place:
    return source.place(kept.path, kept.part, kept.needle)


def _kept(problem: Problem) -> KeptProblem:
    related = tuple((_kept_place(one.place), one.label) for one in problem.related)
    place = _kept_place(problem.place)
    return KeptProblem(
        problem.rule, problem.message, place, problem.help, problem.severity, related, problem.fix, problem.at
    )


def _kept_place(place: Place) -> KeptPlace:
    return KeptPlace(place.path, place.part, place.needle)


def _is_lasting(problem: Problem, source: Source) -> bool:
    places = [problem.place, *(one.place for one in problem.related)]
    return problem.rule not in NEVER_KEPT and all(place.source is source for place in places)


def _has_secret(entry: Entry, sources: list[Source]) -> bool:
    """Whether anything that would be written is one: messages are masked already, needles, edits and names are not."""
    from dagspec.masking import masked

    written = [*entry.files, *texts(msgspec.to_builtins(entry.problems))]
    shown = "\n".join(f'"{text}"' for text in written)  # in quotes: masking hides short secrets only there
    return masked(shown, *sources) != shown


def _write(path: Path, data: bytes) -> None:
    new = path.with_name(f".new-{os.getpid()}")
    try:
        # readable by its owner only; the folder is theirs alone
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - the mode
            file.write(data)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def _remove_old(folder: Path) -> None:
    """Delete the entries of other code, dates and environments, once nobody has used them for days."""
    oldest = time.time() - MAX_DAYS * 86_400
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
