"""`dagspec deploy`: upload what the specs name."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagspec.cli.common import UsageError, add_command, add_environment, chosen_environment, find_root, print_problems

if TYPE_CHECKING:
    from dagspec.upload import Upload

EXAMPLE = """\
  dagspec deploy --env prod
  dagspec deploy --env prod --dry-run"""


def add(commands: Any) -> None:
    """Add the command."""
    help_ = "Upload the Spark jobs and SQL files of all specs to S3, under the hash of their content."
    command = add_command(commands, "deploy", help_, EXAMPLE, run)
    add_environment(command)
    command.add_argument("--dry-run", action="store_true", help="only say what would be uploaded")
    command.add_argument("--endpoint-url", metavar="URL", help="S3 endpoint (default: AWS's own)")


def run(options: argparse.Namespace) -> int:
    """Upload; 1 when a spec is broken."""
    from dagspec.problem import SpecError
    from dagspec.upload import compile_all

    root = find_root(Path.cwd())
    try:
        specs = compile_all(root, chosen_environment(root, options.env))
    except SpecError as error:
        print_problems(error)
        return 1
    done = [_told(item, root, options.dry_run) for item in _uploads(specs, options)]
    new = sum(not item.present for item in done)
    print(f"{new} {'to upload' if options.dry_run else 'uploaded'}, {len(done) - new} there already.")
    return 0


def _uploads(specs: Any, options: argparse.Namespace) -> Any:
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        raise UsageError("deploy needs boto3: pip install dagspec[run]") from None
    from dagspec.upload import upload

    try:
        client = boto3.client("s3", endpoint_url=options.endpoint_url)
        yield from upload(client, specs, options.dry_run)
    except (BotoCoreError, ClientError, ValueError, OSError) as error:
        raise UsageError(f"S3: {error}") from None


def _told(item: Upload, root: Path, dry_run: bool) -> Upload:
    verb = "is there" if item.present else "would go" if dry_run else "uploaded"
    print(f"{verb}  {item.path.relative_to(root.resolve())} -> {item.uri}")
    return item
