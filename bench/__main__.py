"""`python -m bench`: measure, print the table, write docs/performance.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.goals import measure
from bench.measure import BenchError
from bench.report import all_met, table, write_page

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main() -> int:
    """0 when every goal is met, 1 when not, 2 when something cannot be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast `dagspec lint` is.")
    parser.add_argument("--specs", type=int, default=1000, metavar="N", help="how many specs (default: 1000)")
    parser.add_argument("--repetitions", type=int, default=9, metavar="N", help="of each command (default: 9)")
    parser.add_argument("--print-only", action="store_true", help="do not write docs/performance.md")
    options = parser.parse_args()
    try:
        with TemporaryDirectory(prefix="dagspec-bench-") as folder:
            costs = measure(Path(folder), options.specs, options.repetitions)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(table(costs))
    if not options.print_only:
        write_page(costs, options.specs, DOCS)
    return 0 if all_met(costs) else 1


if __name__ == "__main__":
    sys.exit(main())
