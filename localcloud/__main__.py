"""Command line: `python -m localcloud serve --root DIR`."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from localcloud.layout import SetupError

_EXAMPLE = """example:
  python -m localcloud serve --root .dagspec/cloud --port 5055
  AWS_ENDPOINT_URL=http://127.0.0.1:5055 aws s3 ls
"""


def main(argv: list[str] | None = None) -> int:
    """Run a command; its exit code (2: it could not start, one line says why)."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("py4j").setLevel(logging.WARNING)
    try:
        from localcloud.server import Ports, serve  # after the arguments: it needs packages that may be missing

        ports = Ports(arguments.port, arguments.redshift_port, arguments.snowflake_port)
        serve(arguments.root, ports, warm=arguments.spark == "warm")
    except SetupError as error:
        print(f"localcloud: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"localcloud: {error}: use the Python of .venv-localcloud (`make setup` makes it)", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m localcloud",
        description="S3, EMR, Glue, Redshift and Snowflake on this machine, really doing the work.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "serve",
        help="serve the APIs until stopped",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--root", type=Path, required=True, help="folder of the data, the state and the logs")
    command.add_argument("--port", type=_port, default=5055, help="port on 127.0.0.1, 0 for a free one (%(default)s)")
    command.add_argument(
        "--redshift-port", type=_port, default=5439, help="port of Redshift, 0 for a free one (%(default)s)"
    )
    command.add_argument(
        "--snowflake-port", type=_port, default=8443, help="port of Snowflake, 0 for a free one (%(default)s)"
    )
    command.add_argument(
        "--spark",
        choices=("warm", "cold"),
        default="warm",
        help="warm: steps share one running JVM; cold: each spark-submit starts its own (%(default)s)",
    )
    return parser


def _port(text: str) -> int:
    if text.isdigit() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 0 to 65535")


if __name__ == "__main__":
    sys.exit(main())
