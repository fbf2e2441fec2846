"""`dagspec run`: a real run on this machine."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagspec.cli.common import UsageError, add_command, add_environment, compiled, find_spec, print_problems

if TYPE_CHECKING:
    from dagspec.compiler import Compiled
    from dagspec.run.inputs import Input

CONF_KEY = "s3_object"  # whoever names the object needs no event
EXAMPLE = """\
  dagspec run itunes_split
  dagspec run itunes_split --keep                    leave Airflow's UI up until Ctrl-C
  dagspec run dag_specs/itunes_split.yaml --conf '{"size": 3}'"""


def add(commands: Any) -> None:
    """Add the command."""
    help_ = "Run a spec on this machine: a real Airflow, and the local cloud that does the work."
    command = add_command(commands, "run", help_, EXAMPLE, run)
    command.add_argument("spec", metavar="SPEC", help="a DAG id or a file")
    command.add_argument("--conf", type=_conf, default={}, metavar="JSON", help="parameters of the run, as an object")
    command.add_argument("--keep", action="store_true", help="leave everything up after the run, until Ctrl-C")
    command.add_argument("--timeout", type=float, default=1800, metavar="SECONDS", help="longest run (default: 1800)")
    add_environment(command)


def run(options: argparse.Namespace) -> int:
    """Run the spec; 0 when the run succeeded, 1 when not, 130 after Ctrl-C."""
    spec = compiled(options.spec, options.env)
    _, root = find_spec(options.spec)
    _needs_packages()
    check_environments(spec, root)
    inputs = sample_inputs(spec, root)
    from dagspec.run import RunOptions
    from dagspec.run import run as run_locally

    return run_locally(
        RunOptions(
            root=root,
            dag_id=spec.dag_id,
            environment=options.env,
            conf=options.conf,
            keep=options.keep,
            timeout_seconds=options.timeout,
            before=partial(start_state, spec, inputs, root),
            event=None if CONF_KEY in options.conf else start_event(spec, inputs),
        )
    )


def _needs_packages() -> None:
    try:
        import dagspec.run  # noqa: F401 - only to see whether it can be imported
    except ImportError as error:
        raise UsageError(f"run needs more packages ({error.name}): pip install dagspec[run]") from None


def check_environments(spec: Compiled, root: Path) -> None:
    """UsageError when the spec needs a part of the local cloud that is not set up."""
    from dagspec.run.errors import RunError
    from dagspec.run.services import check_snowflake

    try:
        check_snowflake(root, [str(task["operator"]) for task in spec.source.value["tasks"].values()])
    except RunError as error:
        raise UsageError(str(error)) from None


def sample_inputs(spec: Compiled, root: Path) -> list[Input]:
    """Read the sample inputs of a spec; problems of their file are printed and end the command with code 1."""
    from dagspec.problem import SpecError
    from dagspec.run.inputs import read_inputs

    try:
        return read_inputs(root, spec.source, spec.environment)
    except SpecError as error:
        print_problems(error)
        raise SystemExit(1) from None


def start_event(spec: Compiled, inputs: Sequence[Input]) -> Callable[[str], None] | None:
    """What makes a run of the spec start when it is called with the local cloud's address; None: nothing does."""
    from dagspec.run.errors import RunError
    from dagspec.run.landing import land, landing_input
    from dagspec.run.outputs import s3_client
    from dagspec.trigger import watched_event

    event = watched_event(spec.config)
    if event is None:
        return None
    try:
        one = landing_input(event, inputs, spec.dag_id)
    except RunError as error:
        raise UsageError(str(error)) from None
    return lambda endpoint: land(s3_client(endpoint), one)


def _conf(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f"must be a JSON object, got {text}")
    return value


def start_state(spec: Compiled, inputs: Sequence[Input], root: Path, endpoint: str) -> str:
    """Give the S3 at `endpoint` what a run needs; return a line for the user about its inputs, or ""."""
    from dagspec.run.landing import connect_queue
    from dagspec.run.outputs import s3_client
    from dagspec.run.paths import Paths
    from dagspec.run.samples import put_inputs
    from dagspec.trigger import watched_event

    prepare(spec, endpoint)
    done = put_inputs(s3_client(endpoint), inputs, Paths(root).samples)
    if event := watched_event(spec.config):
        connect_queue(endpoint, event)  # behind the inputs: they must start nothing
    return done


def prepare(spec: Compiled, endpoint: str) -> None:
    """Make the buckets that the spec names in the S3 at `endpoint`, and upload its files."""
    from dagspec.run.outputs import s3_client
    from dagspec.upload import buckets, upload

    client = s3_client(endpoint)
    for bucket in buckets(spec.config):
        client.create_bucket(Bucket=bucket)
    list(upload(client, [spec]))
