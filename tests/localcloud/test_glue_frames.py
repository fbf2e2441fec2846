"""DynamicFrames: read, transform and write, in jobs that really run."""

from __future__ import annotations

import gzip
import json

import pyarrow as pa
import pytest
from cloud import Cloud
from glue_cloud import PREAMBLE, Glue, s3
from pyarrow import parquet


@pytest.fixture(scope="module")
def glue(cloud: Cloud) -> Glue:
    return Glue(cloud)


CSV = 'create_dynamic_frame.from_options("s3", {"paths": [sys.argv[-1]]}, "csv", {"withHeader": True})'


def test_csv_files_are_united_by_column_name(glue: Glue, cloud: Cloud) -> None:
    cloud.put("frames/byname/a.csv", "fare,zone\r\n1.5,x\r\n,y\r\n")
    cloud.put("frames/byname/b.csv.gz", gzip.compress(b'\xef\xbb\xbfzone,"surcharge",FARE\n"z, ""2""",9,-3\n'))
    cloud.put("frames/byname/c.csv", "fare,zone\n")
    cloud.put("frames/byname/d.csv", "")
    cloud.put("frames/byname/_SUCCESS", "x")
    lines = glue.spark("byname", f"show(rows(glueContext.{CSV}))", path=s3("frames/byname/"))
    assert json.loads(lines[0]) == [
        {"fare": "", "zone": "y", "surcharge": None},
        {"fare": "-3", "zone": 'z, "2"', "surcharge": "9"},
        {"fare": "1.5", "zone": "x", "surcharge": None},
    ]


def test_csv_options_and_headers(glue: Glue, cloud: Cloud) -> None:
    cloud.put("frames/pipe/a.txt", "1|'a|b'\n2|c\n")
    cloud.put("frames/twice/a.csv", "a,,A\n1,2,3\n")
    lines = glue.spark(
        "csv-options",
        """
        def read(path, **options):
            return glueContext.create_dynamic_frame.from_options(
                "s3", {"paths": [path]}, "csv", options)
        show(rows(read("s3://lake/frames/pipe", separator="|", quoteChar="'")))
        show(rows(read("s3://lake/frames/pipe", separator="|", quoteChar=-1, skipFirst=True)))
        show(rows(read("s3://lake/frames/twice", withHeader=True)))
        """,
    )
    assert json.loads(lines[0]) == [{"col0": "1", "col1": "a|b"}, {"col0": "2", "col1": "c"}]
    assert json.loads(lines[1]) == [{"col0": "2", "col1": "c", "col2": ""}]
    assert json.loads(lines[2]) == [{"a0": "1", "_c1": "2", "A2": "3"}]


def test_folders_partitions_and_exclusions(glue: Glue, cloud: Cloud) -> None:
    for key in ("day=01/a.csv", "day=02/a.csv", "other/a.csv", "day=02/skip.csv"):
        cloud.put(f"frames/folders/{key}", f"v\n{key[:6]}\n")
    lines = glue.spark(
        "folders",
        """
        def read(**options):
            options = {"paths": ["s3://lake/frames/folders/"], **options}
            return rows(glueContext.create_dynamic_frame.from_options("s3", options, "csv", {"withHeader": True}))
        show(read(exclusions='["**skip.csv", "**other**"]'))
        show(read(paths=["s3://lake/frames/folders/other"]))
        show(len(read(paths=["s3://lake/frames/folders/*/a.csv"])))
        show(read(paths=["s3://lake/frames/none"]))
        """,
    )
    assert json.loads(lines[0]) == [{"v": "day=01", "day": "01"}, {"v": "day=02", "day": "02"}]
    assert json.loads(lines[1]) == [{"v": "other/"}]
    assert [json.loads(line) for line in lines[2:]] == [3, []]


def test_json_and_parquet_files_are_united_by_name(glue: Glue, cloud: Cloud) -> None:
    cloud.put("frames/json/a.json", '{"a": 1}\n{"a": 2, "b": {"c": "x"}}\n')
    for number, table in enumerate([{"a": [1]}, {"b": ["x"], "a": [2]}]):
        path = cloud.file(f"frames/parquet/{number}.parquet")
        path.parent.mkdir(parents=True, exist_ok=True)
        parquet.write_table(pa.table(table), path)
    lines = glue.spark(
        "by-name",
        """
        for kind in ("json", "parquet"):
            options = {"paths": ["s3://lake/frames/" + kind]}
            show(rows(glueContext.create_dynamic_frame_from_options("s3", options, kind)))
        """,
    )
    assert json.loads(lines[0]) == [{"a": 1, "b": None}, {"a": 2, "b": {"c": "x"}}]
    assert json.loads(lines[1]) == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]


def test_columns(glue: Glue) -> None:
    lines = glue.spark(
        "columns",
        """
        df = spark.createDataFrame([("1", "x", None, (7, 8))], "id string, v string, n string, s struct<a:int,b:int>")
        frame = DynamicFrame.fromDF(df, glueContext, "frame")
        mapping = [("id", "string", "key", "long"), ("s.a", "int", "a", "int"), ("gone", "string", "g", "string")]
        print(ApplyMapping.apply(frame=frame, mappings=mapping, transformation_ctx="m").toDF().dtypes)
        print(SelectFields.apply(frame, ["id", "gone"]).toDF().columns)
        print(DropFields.apply(frame, paths=["id", "s.b"]).toDF().dtypes)
        print(RenameField.apply(frame, "id", "key").toDF().columns)
        print(ResolveChoice.apply(frame, specs=[("id", "cast:long"), ("v", "make_cols")]).toDF().dtypes[:2])
        print(frame.resolveChoice(choice="make_cols").toDF().columns, frame.errorsCount())
        print(DropNullFields.apply(frame).toDF().columns)
        print(frame.schema().fieldNames(), frame.count(), frame.repartition(3).getNumPartitions())
        frame.select_fields(["id"]).show()
        """,
    )
    assert lines == [
        "[('key', 'bigint'), ('a', 'int')]",
        "['id']",
        "[('v', 'string'), ('n', 'string'), ('s', 'struct<a:int>')]",
        "['key', 'v', 'n', 's']",
        "[('id', 'bigint'), ('v', 'string')]",
        "['id', 'v', 'n', 's'] 0",
        "['id', 'v', 's']",
        "['id', 'v', 'n', 's'] 1 3",
        '{"id":"1"}',
    ]


def test_rows(glue: Glue) -> None:
    lines = glue.spark(
        "rows",
        """
        frame = DynamicFrame.fromDF(spark.createDataFrame([(1, "x"), (2, "y")], "id int, v string"), glueContext, "f")
        other = DynamicFrame.fromDF(spark.createDataFrame([(2, "z", 5)], "id int, w string, k int"), glueContext, "o")
        show(rows(Filter.apply(frame=frame, f=lambda row: row["id"] > 1)))
        show(rows(Map.apply(frame=frame, f=lambda row: {**row, "v": None, "n": row["id"] * 0.5})))
        show(rows(frame.map(lambda row: {"v": row["v"]} | ({"only": 1} if row["id"] == 2 else {}))))
        show(rows(Join.apply(frame, other, "id", "id")))
        show(rows(frame.union(other)))
        print(frame.filter(lambda row: False).map(lambda row: row).count())
        """,
    )
    assert [json.loads(line) for line in lines] == [
        [{"id": 2, "v": "y"}],
        [{"id": 1, "v": None, "n": 0.5}, {"id": 2, "v": None, "n": 1.0}],
        [{"v": "x", "only": None}, {"v": "y", "only": 1}],
        [{"id": 2, "v": "y", ".id": 2, "w": "z", "k": 5}],
        [
            {"id": 1, "v": "x", "w": None, "k": None},
            {"id": 2, "v": "y", "w": None, "k": None},
            {"id": 2, "v": None, "w": "z", "k": 5},
        ],
        0,
    ]


def test_writes_add_files_and_purge_takes_them_away(glue: Glue, cloud: Cloud) -> None:
    cloud.put("frames/out/kept.txt", "x")
    text = """
        frame = DynamicFrame.fromDF(spark.createDataFrame([(1, "a,b")], "id int, v string"), glueContext, "f")
        frame = frame.coalesce(1)
        def write(path, kind, options=None, **connection):
            target = {"path": "s3://lake/frames/out/" + path, **connection}
            glueContext.write_dynamic_frame.from_options(
                frame=frame, connection_type="s3", connection_options=target, format=kind, format_options=options)
        write("table", "glueparquet", {"compression": "gzip"}, partitionKeys=["id"])
        write("table", "parquet", partitionKeys=["id"])
        write("text", "csv", {"separator": ";"})
        write("purged", "json")
        glueContext.purge_s3_path("s3://lake/frames/out/purged/", {"retentionPeriod": 0})
        glueContext.purge_s3_path("s3://lake/frames/out/text/")
    """
    glue.spark("writes", text)
    keys = cloud.keys("frames/out/")
    assert [key.rsplit("/", 1)[0] for key in keys] == ["frames/out", *["frames/out/table/id=1"] * 2, "frames/out/text"]
    assert cloud.get(keys[-1]) == b"id;v\n1;a,b\n"


def test_tables_of_the_data_catalog(glue: Glue, cloud: Cloud) -> None:
    cloud.put("frames/rides/month=01/a.csv", "id,fare\n1,2.5\n2,n/a\n")
    cloud.put("frames/rides/month=02/a.csv", "fare,id\n7,3\n")
    glue.crawl("rides", s3("frames/rides/"), database="frames")
    cloud.put("frames/rides/month=03/a.csv", "id,fare\n9,9\n")  # not crawled yet
    job = """
        frame = glueContext.create_dynamic_frame.from_catalog(database="frames", table_name="rides")
        show(rows(frame))
        print(frame.toDF().dtypes)
        month = glueContext.create_data_frame.from_catalog("frames", "rides", push_down_predicate="month = '02'")
        show(rows(month))
        glueContext.write_dynamic_frame.from_catalog(frame.filter(lambda r: r["id"] == 3), "frames", "rides")
    """
    lines = glue.spark("catalog", job)
    assert json.loads(lines[0]) == [
        {"id": 1, "fare": "2.5", "month": "01"},
        {"id": 2, "fare": "n/a", "month": "01"},
        {"id": 3, "fare": "7", "month": "02"},
    ]
    assert lines[1] == "[('id', 'bigint'), ('fare', 'string'), ('month', 'string')]"
    assert json.loads(lines[2]) == [{"id": 3, "fare": "7", "month": "02"}]
    assert len(cloud.keys("frames/rides/month=02/")) == 2


def test_a_table_whose_folders_have_no_names(glue: Glue, cloud: Cloud) -> None:
    for folder in ("a", "b"):
        cloud.put(f"frames/unnamed/{folder}/1.csv", f"v\n{ord(folder)}\n")
    glue.crawl("frames-unnamed", s3("frames/unnamed/"), database="frames")
    text = 'show(rows(glueContext.create_dynamic_frame.from_catalog("frames", "unnamed")))'
    (line,) = glue.spark("unnamed", text)
    assert json.loads(line) == [{"v": 97, "partition_0": "a"}, {"v": 98, "partition_0": "b"}]


def test_texts_that_are_not_of_the_catalogs_type_are_told(glue: Glue, cloud: Cloud) -> None:
    cloud.put("frames/typed/a.csv", "id,fare\n1,2.5\n")
    glue.crawl("typed", s3("frames/typed/"), database="frames")
    cloud.put("frames/typed/b.csv", "id,fare\n2,free\n3,\n")
    text = 'show(rows(glueContext.create_dynamic_frame.from_catalog("frames", "typed")))'
    run = glue.finish(glue.job("typed", PREAMBLE + text, "glueetl"))
    fares = [row["fare"] for row in json.loads(glue.log(run)[0])]
    assert fares == [2.5, None, None]
    assert "column fare: 1 values are no double: null here, a choice type on AWS Glue" in glue.log(run, "error")


@pytest.mark.parametrize(
    ("name", "call", "message"),
    [
        ("jdbc", 'glueContext.create_dynamic_frame.from_options("mysql", {})', "connection_type='mysql'"),
        ("xml", 'glueContext.create_dynamic_frame.from_options("s3", {"path": "s3://lake"}, "xml")', "format='xml'"),
        ("sink", "glueContext.getSink", "GlueContext.getSink"),
        ("frame", "DynamicFrame.fromDF(spark.range(1), glueContext).relationalize", "DynamicFrame.relationalize"),
        ("transform", 'Relationalize.apply(None, "s3://lake")', "Relationalize"),
    ],
)
def test_what_is_not_there_says_so(glue: Glue, name: str, call: str, message: str) -> None:
    run = glue.finish(glue.job(f"missing-{name}", PREAMBLE + call, "glueetl"))
    assert run["ErrorMessage"] == f"NotImplementedError: {message} works on AWS Glue only"


def test_the_session_and_the_logger(glue: Glue) -> None:
    text = """
        job = Job(glueContext)
        job.init("x", {})
        print(glueContext.sql("SELECT 1 AS one").first().one, SparkContext.getOrCreate() is not None)
        print(job.isInitialized())
        try:
            SparkContext()
        except ValueError as error:
            print(str(error)[:46])
        job.commit()
    """
    assert glue.spark("session", text) == ["1 True", "True", "Cannot run multiple SparkContexts at once; exi"]
