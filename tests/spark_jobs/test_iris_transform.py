"""transform.py of the iris pipeline, against pandas."""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nyc_jobs import ROOT, part_file, rows_of

JOB = ROOT / "spark_jobs/iris/transform.py"
SAMPLE = ROOT / "samples/iris/iris.data"
COLUMNS = ["SEPAL_LENGTH", "SEPAL_WIDTH", "PETAL_LENGTH", "PETAL_WIDTH", "CLASS_NAME"]
CLASSES = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]
FIFTY_EACH = [(name, 50) for name in CLASSES]
GOOD = "5.1,3.5,1.4,0.2,Iris-setosa\n"


@pytest.fixture(scope="module")
def job(spark) -> ModuleType:
    spec = importlib.util.spec_from_file_location("iris_transform", JOB)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def transformed(job: ModuleType, tmp_path: Path) -> Callable[[str | bytes], list[tuple]]:
    """Run the job on a file with this content; gives the rows that it wrote."""

    def transform(content: str | bytes) -> list[tuple]:
        source = tmp_path / "iris.data"
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        assert job.main([str(source), str(tmp_path / "out")]) == 0
        return rows_of(tmp_path / "out")

    return transform


def by_pandas(file: Path) -> list[tuple]:
    irises = pd.read_csv(file, names=COLUMNS)
    return list(irises.groupby("CLASS_NAME").size().items())


def test_the_sample_is_fishers_data() -> None:
    irises = pd.read_csv(SAMPLE, names=COLUMNS)
    assert len(irises) == 150
    assert SAMPLE.read_bytes().endswith(b"\n\n")
    means = irises.groupby("CLASS_NAME").mean().round(3)
    assert list(means.loc["Iris-setosa"]) == [5.006, 3.418, 1.464, 0.244]
    assert list(means.loc["Iris-versicolor"]) == [5.936, 2.77, 4.26, 1.326]
    assert list(means.loc["Iris-virginica"]) == [6.588, 2.974, 5.552, 2.026]


def test_fifty_of_each_class_as_pandas_counts(transformed, tmp_path: Path) -> None:
    assert transformed(SAMPLE.read_bytes()) == by_pandas(SAMPLE) == FIFTY_EACH
    schema = pq.read_schema(part_file(tmp_path / "out"))
    assert {field.name: str(field.type) for field in schema} == {"CLASS_NAME": "string", "CLASS_COUNT": "int64"}


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.rstrip(b"\n"),
        lambda data: data + b"\n \n\t\n",
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b",", b" , "),
        lambda data: data.replace(b"5.1,3.5,1.4,0.2,", b",3.5,,0.2,"),
        lambda data: b"\n".join(reversed(data.splitlines())),
    ],
    ids=["no newline at the end", "more blank lines", "CRLF", "spaces", "missing measures", "another order"],
)
def test_what_does_not_change_the_counts(transformed, change) -> None:
    data = change(SAMPLE.read_bytes())
    assert data != SAMPLE.read_bytes()
    assert transformed(data) == FIFTY_EACH


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(classes=st.lists(st.sampled_from(CLASSES), min_size=1, max_size=20), blank=st.integers(0, 20))
def test_any_irises_are_counted_as_pandas_does(transformed, tmp_path: Path, classes: list[str], blank: int) -> None:
    lines = [f"5.0,,1.5,0.25,{name}" for name in classes]
    lines.insert(blank % len(lines), "")
    assert transformed("\n".join(lines)) == by_pandas(tmp_path / "iris.data")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("5.1,3.5,1.4,0.2,Iris-sibirica", "5.1,3.5,1.4,0.2,Iris-sibirica"),
        ("5.1,3.5,1.4,0.2,", "5.1,3.5,1.4,0.2,"),
        ("5.1,3.5,1.4,0.2", "5.1,3.5,1.4,0.2"),
        ("5.1,3.5,1.4,0.2,Iris-setosa,1", "5.1,3.5,1.4,0.2,Iris-setosa,1"),
        ("5.1,long,1.4,0.2,Iris-setosa", "5.1,long,1.4,0.2,Iris-setosa"),
        ("<!doctype html>", "<!doctype html>"),
    ],
)
def test_a_row_that_is_no_iris_is_one_clear_line_and_changes_nothing(
    job: ModuleType, transformed, tmp_path: Path, capsys, line: str, shown: str
) -> None:
    assert transformed(GOOD) == [("Iris-setosa", 1)]
    before = part_file(tmp_path / "out").read_bytes()
    (tmp_path / "iris.data").write_text(f"{GOOD}{line}\n")
    capsys.readouterr()
    assert job.main([str(tmp_path / "iris.data"), str(tmp_path / "out")]) == 1
    (message,) = capsys.readouterr().err.splitlines()
    assert f"lines that are no irises: 1, for example {shown}; classes: Iris-setosa, " in message
    assert part_file(tmp_path / "out").read_bytes() == before
    assert transformed(GOOD * 2) == [("Iris-setosa", 2)]  # Spark remembers nothing of the file that was there


@pytest.mark.parametrize(("content", "message"), [("\n\n", "there are no rows"), (None, "Path does not exist")])
def test_input_without_rows(job: ModuleType, tmp_path: Path, capsys, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "iris.data").write_text(content)
    assert job.main([str(tmp_path / "iris.data"), str(tmp_path / "out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert not (tmp_path / "out").exists()


def test_a_rerun_replaces_the_counts(transformed, tmp_path: Path) -> None:
    first = transformed(SAMPLE.read_bytes())
    content = part_file(tmp_path / "out").read_bytes()
    assert transformed(SAMPLE.read_bytes()) == first
    assert part_file(tmp_path / "out").read_bytes() == content
    assert transformed(GOOD) == [("Iris-setosa", 1)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in"], "the following arguments are required: OUT"),
        (["s3://b/iris/in", "s3://b/iris/"], "OUT s3://b/iris/ would replace IRISES_IN s3://b/iris/in"),
    ],
)
def test_wrong_arguments_are_one_line_and_status_2(arguments: list[str], message: str) -> None:
    result = subprocess.run([sys.executable, JOB, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert message in line


def test_the_job_is_one_file_for_python_39() -> None:
    tree = ast.parse(JOB.read_text(encoding="utf-8"), feature_version=(3, 9))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports]
    assert {name.split(".")[0] for name in names} <= {*sys.stdlib_module_names, "pyspark"}
