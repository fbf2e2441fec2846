"""getResolvedOptions, in this process: it needs no Spark."""

from __future__ import annotations

import sys

import pytest
from cloud import CHECKOUT

sys.path.insert(0, str(CHECKOUT / "localcloud/glue/lib"))

from awsglue.utils import GlueArgumentError, getResolvedOptions

ARGV = ["job.py", "--JOB_NAME", "j", "--day=2024-01-01", "--path", "s3://lake/a=b", "--other", "x", "--empty", ""]


def test_named_arguments_in_both_forms() -> None:
    found = getResolvedOptions(ARGV, ["JOB_NAME", "day", "path", "empty"])
    assert found == {"JOB_NAME": "j", "day": "2024-01-01", "path": "s3://lake/a=b", "empty": ""}


def test_a_missing_argument() -> None:
    with pytest.raises(GlueArgumentError, match="the following arguments are required: --month, --year"):
        getResolvedOptions(ARGV, ["day", "month", "year"])


def test_an_argument_without_a_value() -> None:
    with pytest.raises(GlueArgumentError, match="argument --day: expected one argument"):
        getResolvedOptions(["job.py", "--day"], ["day"])


def test_no_abbreviations() -> None:
    with pytest.raises(GlueArgumentError, match="--day_of_week"):
        getResolvedOptions(["job.py", "--day", "1"], ["day_of_week"])


def test_what_glue_adds_is_there_without_being_asked_for() -> None:
    found = getResolvedOptions(["job.py", "--TempDir", "s3://t", "--JOB_RUN_ID", "jr_1"], [])
    assert found == {"TempDir": "s3://t", "JOB_RUN_ID": "jr_1"}


def test_a_reserved_name() -> None:
    with pytest.raises(RuntimeError, match="Using reserved arguments JOB_RUN_ID"):
        getResolvedOptions(ARGV, ["JOB_RUN_ID"])


def test_a_dash_in_a_name() -> None:
    assert getResolvedOptions(["job.py", "--my-day", "1"], ["my-day"]) == {"my_day": "1"}
