"""Print the sums of fares in raw files, as pandas finds them: rows of JSON, amounts as text.

    compare_nyc.py FILE…

Runs in the local cloud's environment, which has pandas.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "spark_jobs"))
from nyc_expected import raw_rows, totals


def main(*files: str) -> None:
    rows = totals(raw_rows(map(Path, files))).to_dict("split")["data"]
    print(json.dumps([[*keys, f"{total:.2f}"] for *keys, total in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
