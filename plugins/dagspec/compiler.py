"""Spec + environment → dag-factory config: a dict that names provider operators, and no code."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from dagspec.analysis import analyse
from dagspec.assemble import assemble
from dagspec.environment import Environment
from dagspec.problem import SpecError
from dagspec.shared import Config
from dagspec.source import Source


class Compiled(Struct):
    """A compiled spec: `config` is what dag-factory builds, `files` what must be in S3 for it to run."""

    dag_id: str
    config: Config
    source: Source
    environment: Environment
    files: dict[str, Path] = {}


def compile_spec(source: Source, environment: Environment, root: Path) -> Compiled:
    """Compile one spec for one environment.

    `root` is the repository: paths of files count from there. Raises SpecError with all problems found.
    """
    analysis = analyse(source, environment, root)
    if analysis.problems:
        raise SpecError(analysis.problems)
    config = assemble(analysis.spec, analysis.dag_id, analysis.expansions)
    return Compiled(analysis.dag_id, config, source, environment, analysis.files.used)
