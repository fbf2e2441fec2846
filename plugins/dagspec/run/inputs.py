"""`dag_specs/tests/<dag_id>.test.yaml`: the files that stand for a spec's inputs when it runs on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta
from msgspec.structs import replace

from dagspec.environment import Environment
from dagspec.expressions import Resolver
from dagspec.files import FileError, Files
from dagspec.kinds import NonEmpty
from dagspec.problem import Problem, SpecError
from dagspec.schema import check
from dagspec.source import Source
from dagspec.spec import Keys
from dagspec.specs import FOLDER, TESTS, read_spec

SUFFIX = ".test.yaml"
_OBJECT = re.compile(r"s3://([a-z0-9][a-z0-9.-]+)/([^/{}][^{}]*)(?<!/)")
_RIGHT = "write s3://bucket/key, without templates, // or .."


class SpecTest(Keys, frozen=True):
    """What a spec is tried with on this machine."""

    inputs: Annotated[dict[str, NonEmpty], Meta(description="Object of S3 (s3://bucket/key) → file of the repository.")]


@dataclass(frozen=True)
class Input:
    """An object that a run reads, and the file that it is a copy of."""

    bucket: str
    key: str
    path: Path

    @property
    def uri(self) -> str:
        """Its address."""
        return f"s3://{self.bucket}/{self.key}"


def read_inputs(root: Path, spec: Source, environment: Environment) -> list[Input]:
    """Return the sample inputs of a spec; none when it has no test file. Raises SpecError when that is wrong."""
    path = root / FOLDER / TESTS / f"{spec.dag_id}{SUFFIX}"
    if not path.exists():
        return []
    source = read_spec(path, root)
    problems = list(source.problems) or _shape_problems(source)
    if problems:
        raise SpecError(problems)
    return list(_Reader(source, spec, environment, root).inputs())


def _shape_problems(source: Source) -> list[Problem]:
    if isinstance(source.value, dict):
        return check(source.value, (SpecTest,), source, ())
    return [Problem("wrong-type", 'a test must be a mapping with the key "inputs"', source.place())]


class _Reader:
    """Reads the entries of `inputs`."""

    def __init__(self, source: Source, spec: Source, environment: Environment, root: Path) -> None:
        self._source = source
        self._files = Files(root, None)
        # Sound, as the spec compiles.
        variables: dict[str, Any] = spec.value.get("vars") or {}
        self._resolver = Resolver(source, environment, variables)
        self._problems: list[Problem] = []

    def inputs(self) -> Iterator[Input]:
        """Yield the inputs. Raises SpecError behind the last one when any is wrong."""
        seen: dict[str, str] = {}
        for written, file in self._source.value["inputs"].items():
            found = self._input(written, file)
            if found is None:
                continue
            if earlier := seen.get(found.uri):
                self._add("duplicate-key", f'this is the same object as "{earlier}"', written)
            seen[found.uri] = written
            yield found
        if self._problems:
            raise SpecError(self._problems)

    def _input(self, written: str, file: str) -> Input | None:
        uri = self._resolver.resolve(written, ("inputs", written))
        unknown = self._resolver.problems
        self._problems += [replace(one, place=self._source.place(("inputs", written), "key")) for one in unknown]
        match = _OBJECT.fullmatch(str(uri))
        path = self._path(written, file)
        if not unknown and (match is None or not _is_plain(match[2])):
            self._add("wrong-type", f'"{uri}" is no object of S3', written, _RIGHT)
        unknown.clear()
        return Input(match[1], match[2], path) if match and path else None

    def _path(self, written: str, file: str) -> Path | None:
        try:
            return self._files.path(file)
        except FileError as error:
            place = self._source.place(("inputs", written))
            self._problems.append(Problem("missing-file", str(error), place, error.help))
            return None

    def _add(self, rule: str, message: str, written: str, help_: str = "") -> None:
        place = self._source.place(("inputs", written), "key")
        self._problems.append(Problem(rule, message, place, help_))


def _is_plain(key: str) -> bool:
    """Whether a file of the local S3 can stand for it: Spark sees files only."""
    return not {"", ".", ".."}.intersection(key.split("/"))
