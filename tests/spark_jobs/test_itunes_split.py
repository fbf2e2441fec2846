"""split.py: from the flat table to one CSV file per table."""

import json
import random
from pathlib import Path

import pandas as pd
import pytest
from itunes_expected import TABLES, expected, part_file, written
from pandas.testing import assert_frame_equal

from localcloud.itunes.api import search

REAL_ANSWER = Path(__file__).parents[3] / "shared/data/itunes/search_jack_johnson_songs.json"
NAMES = [
    'He said "stay"',
    '"',
    '""',
    "a, b",
    "two\nlines",
    "two\r\nlines",
    "old\rMac",
    "back\\slash",
    "ends with \\",
    '\\"',
    'x"\\","y',
    "  padded  ",
    "\ttab",
    "#1",
    "NA",
    "null",
    "春 ✨ Zoë 🎸",
    "'",
]


def sample_hits():
    terms = ("Taylor Swift", "Drake", "Adele")
    return [hit for term in terms for hit in search({"term": term, "limit": "200"})]


def real_hits():
    if not REAL_ANSWER.exists():
        pytest.skip("the real answer of the search API is not part of the repository")
    return json.loads(REAL_ANSWER.read_text(encoding="utf-8"))["results"]


@pytest.fixture
def flatten(spark, transform_job, write_blobs, tmp_path):
    """Run transform_raw.py on hits; gives the folder of the flat table."""

    def run(hits):
        source = write_blobs([json.dumps(hit) for hit in hits])
        assert transform_job.main([source, str(tmp_path / "flat")]) == 0
        return str(tmp_path / "flat")

    return run


@pytest.mark.parametrize("hits", [sample_hits, real_hits])
def test_the_tables_equal_an_independent_computation(flatten, split_job, tmp_path, hits):
    found = hits()
    flat = flatten(found)
    for table in TABLES:
        assert split_job.main([table, flat, str(tmp_path / table)]) == 0
        assert_frame_equal(written(tmp_path / table, table), expected(found, table))
        assert len(expected(found, table)) > 3


@pytest.mark.parametrize(("ansi", "zone"), [("true", "America/New_York"), ("false", "Asia/Tokyo")])
def test_the_cluster_settings_make_no_difference(flatten, split_job, tmp_path, cluster_setting, ansi, zone):
    hits = sample_hits()[:20]
    cluster_setting("spark.sql.ansi.enabled", ansi)
    cluster_setting("spark.sql.session.timeZone", zone)
    flat = flatten(hits)
    # transform_raw.py has set its own zone in this session; the split runs in another one.
    cluster_setting("spark.sql.session.timeZone", zone)
    assert split_job.main(["tracks", flat, str(tmp_path / "tracks")]) == 0
    assert_frame_equal(written(tmp_path / "tracks", "tracks"), expected(hits, "tracks"))
    times = pd.read_csv(part_file(tmp_path / "tracks"))["release_date"].dropna()
    assert times.str.endswith(":00.000Z").sum() > 10


@pytest.mark.parametrize("table", TABLES)
def test_the_columns_of_each_table(spark, flatten, split_job, table):
    flat = spark.read.parquet(flatten([{}]))
    types = {"Int64": ("bigint", "int"), "Float64": ("double",), "string": ("string",), "boolean": ("boolean",)}
    rows = split_job.split(flat, table)
    assert rows.columns == list(TABLES[table])
    for name, kind in rows.dtypes:
        assert kind in types.get(TABLES[table][name], ("timestamp",))


def test_names_survive_the_csv_file(flatten, split_job, tmp_path):
    hits = [{"artistId": number, "artistName": name} for number, name in enumerate(NAMES)]
    assert split_job.main(["artists", flatten(hits), str(tmp_path / "artists")]) == 0
    frame = pd.read_csv(part_file(tmp_path / "artists"), keep_default_na=False, na_values=[""])
    assert frame["artist_name"].tolist() == NAMES
    assert frame["artist_id"].tolist() == list(range(len(NAMES)))


def test_times_are_iso_8601_in_utc(flatten, split_job, tmp_path):
    flat = flatten([{"trackId": 1, "releaseDate": "2004-06-15T12:00:00Z"}])
    assert split_job.main(["tracks", flat, str(tmp_path / "tracks")]) == 0
    frame = pd.read_csv(part_file(tmp_path / "tracks"))
    assert frame["release_date"].tolist() == ["2004-06-15T12:00:00.000Z"]


def test_rows_of_one_id_are_distinct_and_sorted_by_the_other_columns(flatten, split_job, tmp_path):
    pairs = [(2, "b"), (1, "b"), (1, None), (1, "B"), (1, "ä"), (1, "b"), (None, "c"), (2, "b")]
    flat = flatten([{"artistId": number, "artistName": name} for number, name in pairs])
    assert split_job.main(["artists", flat, str(tmp_path / "artists")]) == 0
    lines = part_file(tmp_path / "artists").read_text(encoding="utf-8").splitlines()
    assert lines == ["artist_id,artist_name,artist_view_url,country", "1,,,", "1,B,,", "1,b,,", "1,ä,,", "2,b,,"]


@pytest.mark.parametrize("table", TABLES)
def test_no_row_with_an_id_gives_a_header_alone(flatten, split_job, tmp_path, table):
    flat = flatten([{"artistName": "without any id"}])
    assert split_job.main([table, flat, str(tmp_path / table)]) == 0
    assert part_file(tmp_path / table).read_text() == ",".join(TABLES[table]) + "\n"


def test_an_empty_flat_table_gives_a_header_alone(flatten, split_job, tmp_path):
    assert split_job.main(["artists", flatten([]), str(tmp_path / "artists")]) == 0
    assert part_file(tmp_path / "artists").read_text() == ",".join(TABLES["artists"]) + "\n"


def test_the_folder_holds_one_data_file_after_every_run(flatten, split_job, tmp_path, cluster_setting):
    # Adaptive execution would merge so few rows into one file by itself.
    cluster_setting("spark.sql.adaptive.enabled", "false")
    flat = flatten(sample_hits())
    for _ in range(2):
        assert split_job.main(["artists", flat, str(tmp_path / "artists")]) == 0
    visible = [path.name for path in (tmp_path / "artists").iterdir() if not path.name.startswith(".")]
    assert len(visible) == 2
    assert "_SUCCESS" in visible
    assert part_file(tmp_path / "artists").suffix == ".csv"


def test_a_rerun_writes_the_same_bytes_whatever_the_order_of_the_hits(flatten, split_job, tmp_path, spark):
    hits = sample_hits()
    outputs = []
    for seed, partitions in ((1, 3), (2, 7)):
        random.Random(seed).shuffle(hits)
        flat = spark.read.parquet(flatten(hits)).repartition(partitions)
        flat.write.mode("overwrite").parquet(str(tmp_path / "spread"))
        assert split_job.main(["tracks", str(tmp_path / "spread"), str(tmp_path / "tracks")]) == 0
        outputs.append(part_file(tmp_path / "tracks").read_bytes())
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > 10_000


def test_a_table_without_the_columns_is_one_clear_line(spark, split_job, tmp_path, capsys):
    spark.range(1).write.parquet(str(tmp_path / "other"))
    assert split_job.main(["artists", str(tmp_path / "other"), str(tmp_path / "artists")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "artists needs the columns artist_id, artist_name, artist_view_url, country" in line
