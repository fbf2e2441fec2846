"""A small stand-in for the local cloud: S3 in memory, certificates, and the same command and ready line."""

import argparse
import shutil
import signal
import sys
from pathlib import Path

import certifi
from moto.server import ThreadedMotoServer


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("--root", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--redshift-port", type=int, required=True)
    parser.add_argument("--snowflake-port", type=int, required=True)
    options = parser.parse_args()
    bundle = Path(options.root) / "snowflake/tls/ca-bundle.pem"
    bundle.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(certifi.where(), bundle)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=options.port, verbose=False)
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"READY http://127.0.0.1:{options.port}", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
