"""Crawlers: which tables they find, with which columns, and what they do with the catalogue."""

from __future__ import annotations

import pyarrow as pa
import pytest
from cloud import Cloud
from glue_cloud import Glue, s3
from pyarrow import orc, parquet


@pytest.fixture(scope="module")
def glue(cloud: Cloud) -> Glue:
    return Glue(cloud)


def test_a_parquet_table(glue: Glue, cloud: Cloud) -> None:
    path = cloud.file("crawl/types/a.parquet")
    path.parent.mkdir(parents=True)
    kinds = [
        ("B", pa.bool_(), "boolean"),
        ("i", pa.int32(), "int"),
        ("l", pa.int64(), "bigint"),
        ("f", pa.float64(), "double"),
        ("m", pa.decimal128(12, 2), "decimal(12,2)"),
        ("d", pa.date32(), "date"),
        ("t", pa.timestamp("us"), "timestamp"),
        ("s", pa.struct([("x", pa.list_(pa.string()))]), "struct<x:array<string>>"),
        ("k", pa.map_(pa.string(), pa.int64()), "map<string,bigint>"),
    ]
    parquet.write_table(pa.table({name: pa.nulls(3, kind) for name, kind, _ in kinds}), path)
    crawler = glue.crawl("types", s3("crawl/types"))
    assert crawler["LastCrawl"]["Status"] == "SUCCEEDED"
    assert glue.columns("types") == {name.lower(): kind for name, _, kind in kinds}
    table = glue.table("types")
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert table["StorageDescriptor"]["Location"] == s3("crawl/types/")
    assert table["StorageDescriptor"]["InputFormat"].endswith("MapredParquetInputFormat")
    assert table["StorageDescriptor"]["OutputFormat"].endswith("MapredParquetOutputFormat")
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith("ParquetHiveSerDe")
    wanted = {"classification": "parquet", "recordCount": "3", "objectCount": "1", "UPDATED_BY_CRAWLER": "types"}
    assert wanted.items() <= table["Parameters"].items()


def test_text_formats(glue: Glue, cloud: Cloud) -> None:
    cloud.put("crawl/text/rides/1.csv", "Id;Fare;Day;Name\n1;2;2024-01-01;x\n")
    cloud.put("crawl/text/rides/2.csv", "Id;Fare;Day;Name;Extra\n2;2.5;2024-01-02;y;1\n")
    cloud.put("crawl/text/plain/1", "1,x\n2,y\n")
    cloud.put("crawl/text/events/1.json", '{"id": 1, "at": "2024-01-01T00:00:00", "tags": ["a"]}\n{"id": 2.5}\n')
    cloud.put("crawl/text/list/1.json", '[{"n": 1}, {"n": 2, "ok": true}]')
    glue.crawl("text", s3("crawl/text/"), database="text", TablePrefix="t_")
    assert glue.tables("text") == ["t_events", "t_list", "t_plain", "t_rides"]
    rides = {"id": "bigint", "fare": "double", "day": "string", "name": "string", "extra": "bigint"}
    assert glue.columns("t_rides", "text") == rides
    assert glue.columns("t_plain", "text") == {"col0": "bigint", "col1": "string"}
    assert glue.columns("t_events", "text") == {"id": "double", "at": "string", "tags": "array<string>"}
    assert glue.columns("t_list", "text") == {"n": "bigint", "ok": "boolean"}
    parameters = glue.table("t_rides", "text")["Parameters"]
    assert (parameters["delimiter"], parameters["skip.header.line.count"], parameters["recordCount"]) == (";", "1", "2")
    assert "skip.header.line.count" not in glue.table("t_plain", "text")["Parameters"]


def test_types_of_several_files(glue: Glue, cloud: Cloud) -> None:
    cloud.put("crawl/several/1.csv", "a,b,c,d\n1,,1,\n")
    cloud.put("crawl/several/2.csv", "a,b,c,d\n1.5,2.5,n/a,\n")
    cloud.put("crawl/several/3.csv", "a,b,c,d\n")
    glue.crawl("several", s3("crawl/several/"))
    assert glue.columns("several") == {"a": "double", "b": "double", "c": "string", "d": "string"}


def test_orc(glue: Glue, cloud: Cloud) -> None:
    path = cloud.file("crawl/orc/a.orc")
    path.parent.mkdir(parents=True)
    orc.write_table(pa.table({"n": pa.array([1], pa.int64())}), path)
    glue.crawl("orc", s3("crawl/orc/"))
    assert glue.columns("orc") == {"n": "bigint"}


def test_partition_folders(glue: Glue, cloud: Cloud) -> None:
    for month in ("01", "02"):
        cloud.put(f"crawl/parts/year=2024/month={month}/a.csv", f"v\n{month}\n")
    glue.crawl("parts", s3("crawl/parts/"))
    assert [key["Name"] for key in glue.table("parts")["PartitionKeys"]] == ["year", "month"]
    partitions = glue.client.get_partitions(DatabaseName="crawled", TableName="parts")["Partitions"]
    assert [one["Values"] for one in partitions] == [["2024", "01"], ["2024", "02"]]
    assert partitions[0]["StorageDescriptor"]["Location"] == s3("crawl/parts/year=2024/month=01/")
    found = glue.client.get_partitions(DatabaseName="crawled", TableName="parts", Expression="month = '02'")
    assert [one["Values"] for one in found["Partitions"]] == [["2024", "02"]]


def test_folders_without_names_are_partitions_too(glue: Glue, cloud: Cloud) -> None:
    cloud.put("crawl/unnamed/a/1.csv", "v\n1\n")
    cloud.put("crawl/unnamed/b/1.csv", "v\n2\n")
    glue.crawl("unnamed", s3("crawl/unnamed/"))
    assert [key["Name"] for key in glue.table("unnamed")["PartitionKeys"]] == ["partition_0"]


def test_one_file(glue: Glue, cloud: Cloud) -> None:
    cloud.put("crawl/single/zone-lookup.csv", "zone,name\n1,x\n")
    glue.crawl("single", s3("crawl/single/zone-lookup.csv"))
    assert glue.table("zone_lookup_csv")["StorageDescriptor"]["Location"] == s3("crawl/single/zone-lookup.csv")


def test_the_second_crawl_updates(glue: Glue, cloud: Cloud) -> None:
    cloud.put("crawl/again/day=1/a.csv", "v\n1\n")
    glue.crawl("again", s3("crawl/again/"), database="again")
    assert _metrics(glue, "again") == (1, 0, 0)
    glue.crawl_again("again")
    assert _metrics(glue, "again") == (0, 0, 0)
    cloud.put("crawl/again/day=2/a.csv", "v,w\n1,x\n")
    cloud.s3.delete_object(Bucket="lake", Key="crawl/again/day=1/a.csv")
    glue.crawl_again("again")
    assert _metrics(glue, "again") == (0, 1, 0)
    assert glue.columns("again", "again") == {"v": "bigint", "w": "string"}
    partitions = glue.client.get_partitions(DatabaseName="again", TableName="again")["Partitions"]
    assert [one["Values"] for one in partitions] == [["2"]]
    assert glue.table("again", "again")["VersionId"] == "2"


@pytest.mark.parametrize(
    ("behavior", "left"),
    [("DELETE_FROM_DATABASE", []), ("LOG", [False]), ("DEPRECATE_IN_DATABASE", [True])],
)
def test_tables_whose_files_are_gone(glue: Glue, cloud: Cloud, behavior: str, left: list[bool]) -> None:
    name = behavior.lower()
    cloud.put(f"crawl/{name}/a.csv", "v\n1\n")
    policy = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": behavior}
    glue.crawl(name, s3(f"crawl/{name}/"), database=name, SchemaChangePolicy=policy)
    cloud.s3.delete_object(Bucket="lake", Key=f"crawl/{name}/a.csv")
    assert glue.crawl_again(name)["LastCrawl"]["Status"] == "SUCCEEDED"
    tables = glue.client.get_tables(DatabaseName=name)["TableList"]
    assert ["DEPRECATED_BY_CRAWLER" in one["Parameters"] for one in tables] == left


def test_names_that_are_taken(glue: Glue, cloud: Cloud) -> None:
    cloud.put("crawl/left/same/a.csv", "v\n1\n")
    cloud.put("crawl/right/same/a.csv", "w\n1\n")
    glue.crawl("same", s3("crawl/left/same/"), s3("crawl/right/same/"), database="same")
    first, second = glue.tables("same")
    assert first == "same"
    assert second.startswith("same_")


def test_a_failed_crawl(glue: Glue, cloud: Cloud) -> None:
    crawler = glue.crawl("no-bucket", "s3://no-such-bucket/x/")
    assert crawler["LastCrawl"]["Status"] == "FAILED"
    assert "no bucket 'no-such-bucket'" in crawler["LastCrawl"]["ErrorMessage"]
    glue.client.create_crawler(
        Name="jdbc", Role="r", DatabaseName="d", Targets={"JdbcTargets": [{"ConnectionName": "c"}]}
    )
    assert "JdbcTargets work on AWS Glue only" in glue.crawl_again("jdbc")["LastCrawl"]["ErrorMessage"]


def test_a_file_that_cannot_be_read_is_left_out_and_told(glue: Glue, cloud: Cloud) -> None:
    cloud.put("crawl/broken/bad.parquet", "this is no parquet")
    cloud.put("crawl/broken/good.csv", "v\n1\n")
    assert glue.crawl("broken", s3("crawl/broken/"))["LastCrawl"]["Status"] == "SUCCEEDED"
    assert glue.columns("broken") == {"v": "bigint"}
    events = glue.logs.get_log_events(logGroupName="/aws-glue/crawlers", logStreamName="broken")["events"]
    assert any("left out: bad.parquet cannot be read as parquet" in event["message"] for event in events)


def test_update_and_delete(glue: Glue, cloud: Cloud) -> None:
    cloud.put("crawl/moved/a.csv", "v\n1\n")
    glue.crawl("moves", s3("crawl/nothing/"), database="moves")
    assert glue.tables("moves") == []
    glue.client.update_crawler(Name="moves", Targets={"S3Targets": [{"Path": s3("crawl/moved/")}]})
    assert glue.crawl_again("moves")["Version"] == 2
    assert glue.tables("moves") == ["moved"]
    with pytest.raises(glue.client.exceptions.CrawlerNotRunningException):
        glue.client.stop_crawler(Name="moves")
    glue.client.delete_crawler(Name="moves")
    with pytest.raises(glue.client.exceptions.EntityNotFoundException):
        glue.client.update_crawler(Name="moves")


def _metrics(glue: Glue, name: str) -> tuple[int, int, int]:
    metrics = glue.client.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"][0]
    return metrics["TablesCreated"], metrics["TablesUpdated"], metrics["TablesDeleted"]
