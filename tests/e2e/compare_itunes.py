"""Compare what a run wrote with pandas' own computation from the search API's answers.

    compare_itunes.py SEARCH_URL FOLDER ARTIST…

Runs in the local cloud's environment, which has pandas. Prints the rows of each table; fails on any difference.
"""

import json
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "spark_jobs"))
from itunes_expected import TABLES, expected, written


def hits_of(url: str, artist: str) -> list[dict]:
    query = urllib.parse.urlencode({"term": artist, "limit": 200})
    with urllib.request.urlopen(f"{url}/search?{query}") as answer:
        return json.load(answer)["results"]


def main(url: str, folder: str, *artists: str) -> None:
    hits = [hit for artist in artists for hit in hits_of(url, artist)]
    rows = {}
    for table in TABLES:
        found = written(Path(folder) / table, table)
        pd.testing.assert_frame_equal(found, expected(hits, table))
        rows[table] = len(found)
    print(json.dumps(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
