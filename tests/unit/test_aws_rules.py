"""The rules about AWS: near misses, dates and fixes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dagspec.fixes import fix_bytes
from dagspec.lint import Linter, Options
from dagspec.rulekit.s3 import nearly_same
from dagspec.source import Source, read_bytes
from dagspec.tables import DATA

CLUSTER = """\
schedule: null
tasks:
  cluster:
    operator: emr.transient_cluster
    release_label: {release}
    steps: {{a: {{command: [aws, s3, cp, "{one}", "{two}"]}}}}
"""


def rules(text: str, repository: Path) -> list[str]:
    source = read_bytes(text.encode(), "dag_specs/a.yaml")
    return [problem.rule for problem in Linter(repository, Options()).check(source)]


def cluster(release: str = "emr-7.9.0", one: str = "s3://lake/a", two: str = "s3://lake/b") -> str:
    return CLUSTER.format(release=release, one=one, two=two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("output", "out"),
        ("agg-rides", "agg_rides"),
        ("Flat", "flat"),
        ("analytics", "anlytics"),
        ("events", "event"),
        ("landing", "lnading"),
        ("curated", "curatee"),
    ],
)
def test_slips_of_the_pen(one: str, two: str) -> None:
    assert nearly_same(one, two)
    assert nearly_same(two, one)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("raw", "row"),
        ("part1", "part2"),
        ("2024", "2025"),
        ("input", "output"),
        ("raw", "raw2"),
        ("raw", "raw_clean"),
        ("east", "west"),
        ("dev", "prod"),
        ("*", "flat"),
        ("events1", "events12"),
        ("artists", "tracks"),
    ],
)
def test_other_names(one: str, two: str) -> None:
    assert not nearly_same(one, two)
    assert not nearly_same(two, one)


@pytest.mark.parametrize(
    ("release", "today", "told"),
    [
        ("emr-7.3.0", "2026-10-15", False),
        ("emr-7.3.0", "2026-10-16", True),
        ("emr-7.4.0", "2026-11-20", False),
        ("emr-7.4.0", "2026-11-21", True),
        ("emr-7.5.0", "2026-11-21", True),
        ("emr-7.9.0", "2030-01-01", False),
        ("emr-6.9.1", "2026-11-20", True),
        ("latest", "2026-11-20", False),
    ],
)
def test_support_ends_by_the_date(
    release: str, today: str, told: bool, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSPEC_TODAY", today)
    assert rules(cluster(release), repository) == ["emr-release-eol"] * told


@pytest.mark.parametrize(
    ("bucket", "legal"),
    [
        ("lake", True),
        ("my-lake.eu", True),
        ("0lake", True),
        ("My-lake", False),
        ("my_lake", False),
        ("lake-", False),
        ("x" * 63, True),
        ("x" * 64, False),
        ("192.168.0.1", False),
        ("{{ params.Bucket }}", True),
        ("$Bucket", True),
    ],
)
def test_names_of_buckets(bucket: str, legal: bool, repository: Path) -> None:
    found = rules(cluster(one=f"s3://{bucket}/raw"), repository)
    assert found == [] if legal else found == ["s3-bucket-invalid"]


def test_a_bucket_of_an_environment_is_told_where_it_is_used(repository: Path) -> None:
    path = repository / "dag_specs/environments.yaml"
    path.write_text(path.read_text().replace("prod-lake\n", "Prod_Lake\n", 1))
    source = read_bytes(cluster(one="s3://${env.lake_bucket}/raw").encode(), "dag_specs/a.yaml")
    found = Linter(repository, Options()).check(source)
    assert [(problem.rule, problem.span.line) for problem in found] == [("s3-bucket-invalid", 6)]


def test_buckets_of_environments_are_no_typos(repository: Path) -> None:
    path = repository / "dag_specs/environments.yaml"
    path.write_text("local: {one: team-lake, two: team-lake-bucket, code_uri: s3://team-lake/code}\n")
    assert rules(cluster(one="s3://${env.one}/a", two="s3://${env.two}/a"), repository) == []
    assert rules(cluster(one="s3://team-lake/a", two="s3://${env.two}/a"), repository) == ["s3-bucket-typo"]


@pytest.mark.parametrize(("name", "left"), [("s3-scheme", 0), ("spot-primary", 1), ("app-missing", 0)])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_fixes_leave_nothing_to_fix(name: str, left: int, newline: str, root: Path, repository: Path) -> None:
    data = (root / f"tests/specs/err/{name}.yaml").read_text().replace("\n", newline).encode()
    linter = Linter(repository, Options())
    before = linter.check(read_bytes(data, "dag_specs/a.yaml"))

    def fixable(source: Source) -> list:
        return [problem for problem in linter.check(source) if problem.rule == name]

    fixed = fix_bytes(data, "dag_specs/a.yaml", fixable, unsafe=True)
    after = linter.check(read_bytes(fixed.after.encode(), "dag_specs/a.yaml"))
    assert sum(problem.rule == name for problem in before) > left
    assert sum(problem.rule == name for problem in after) == left, "a fleet's capacity is not ours to choose"
    assert len(before) - len(after) == fixed.count, "no new findings"
    assert fix_bytes(fixed.after.encode(), "dag_specs/a.yaml", fixable, unsafe=True).count == 0


def test_tables_say_when_they_were_checked() -> None:
    for name in ("emr_releases", "instance_families"):
        text = (DATA / f"{name}.yaml").read_text()
        assert "checked: 20" in text
        assert re.search(r"# source: .*https://", text)
