"""Command line: `python -m localcloud.snowflake serve --root DIR --s3-root DIR`."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from localcloud.layout import SetupError

_IDLE_SECONDS = 4 * 3600.0  # Snowflake's own


def main(argv: list[str] | None = None) -> int:
    """Run a command; its exit code (2: it could not start, one line says why)."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        _certificates(arguments) if arguments.command == "certificates" else _serve(arguments)
    except SetupError as error:
        print(f"localcloud.snowflake: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(
            f"localcloud.snowflake: {error}: use the Python of .venv-snowflake (`make setup` makes it)", file=sys.stderr
        )
        return 2
    return 0


def _serve(arguments: argparse.Namespace) -> None:
    from localcloud.snowflake.serve import Settings, serve

    serve(
        Settings(
            root=arguments.root,
            s3_root=arguments.s3_root,
            port=arguments.port,
            account=arguments.account,
            idle_seconds=arguments.idle_seconds,
            listener=arguments.fd,
        )
    )


def _certificates(arguments: argparse.Namespace) -> None:
    from localcloud.snowflake import tls

    print(tls.certificates(arguments.root.resolve() / "tls").bundle)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m localcloud.snowflake", description="Snowflake on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("certificates", help="make the certificates; prints the file that clients must trust")
    command.add_argument("--root", type=Path, required=True, help="folder of the databases, users and certificates")
    command = commands.add_parser("serve", help="serve until stopped")
    command.add_argument("--root", type=Path, required=True, help="folder of the databases, users and certificates")
    command.add_argument("--s3-root", type=Path, required=True, help="folder of the buckets that s3:// means")
    command.add_argument("--port", type=_port, default=8443, help="port on 127.0.0.1, 0 for a free one (%(default)s)")
    command.add_argument("--fd", type=int, help="serve on this inherited socket instead of a port")
    command.add_argument("--account", default="local", help="the account's name (%(default)s)")
    command.add_argument(
        "--idle-seconds", type=float, default=_IDLE_SECONDS, help="end sessions that nobody uses (%(default)s)"
    )
    return parser


def _port(text: str) -> int:
    if text.isdigit() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 0 to 65535")


if __name__ == "__main__":
    sys.exit(main())
