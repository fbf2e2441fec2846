"""Serve the search API alone: `python -m localcloud.itunes --port 0`."""

from __future__ import annotations

import argparse
import signal
import sys

from werkzeug.serving import make_server

from localcloud.itunes import app


def main() -> None:
    """Serve on 127.0.0.1 until SIGTERM or Ctrl-C; prints `READY <address>` once it listens."""
    parser = argparse.ArgumentParser(prog="python -m localcloud.itunes")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port (default)")
    server = make_server("127.0.0.1", parser.parse_args().port, app, threaded=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"READY http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
