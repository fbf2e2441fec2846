"""The table of native operators: what the sources say against what Python says, and the hand-written facts."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dagspec.native_catalog import DATA, native, native_catalog, provider_of
from dagspec.native_scan.table import providers, table
from dagspec.operator_facts import facts_of, native_facts

SITE = Path(sysconfig.get_paths()["purelib"])
EMR = "airflow.providers.amazon.aws.operators.emr."
BASH = "airflow.providers.standard.operators.bash.BashOperator"

# Where the table differs from the plain signatures, it is right: these keywords are passed on by the class itself, so
# that whoever sets them gets a TypeError, or are taken out of **kwargs.
DIFFERENCES = {
    "AppflowRecordsShortCircuitOperator": {"op_kwargs", "python_callable"},
    "AppflowRunAfterOperator": {"flow_update"},
    "AppflowRunBeforeOperator": {"flow_update"},
    "AppflowRunDailyOperator": {"flow_update"},
    "AppflowRunFullOperator": {"filter_date", "flow_update", "source_field"},
    "AppflowRunOperator": {"filter_date", "flow_update", "source_field"},
    "ApprovalOperator": {"multiple", "options"},
    "DatabricksNotebookOperator": {"caller"},
    "DatabricksPartitionSensor": {"hook_params"},
    "DatabricksSqlOperator": {"conn_id"},
    "DatabricksSqlSensor": {"hook_params"},
    "DatabricksTaskOperator": {"caller"},
    "EksClusterStateSensor": {"target_state_type"},
    "EksFargateProfileStateSensor": {"target_state_type"},
    "EksNodegroupStateSensor": {"target_state_type"},
    "GlueCrawlerOperator": {"crawler_name"},
    "SageMakerAutoMLSensor": {"resource_type"},
    "SageMakerCreateExperimentOperator": {"config"},
    "SageMakerPipelineSensor": {"resource_type"},
    "SageMakerStartPipelineOperator": {"config"},
    "SageMakerStopPipelineOperator": {"config"},
    "SnowflakeCheckOperator": {"conn_id"},
    "SnowflakeIntervalCheckOperator": {"conn_id"},
    "SnowflakeNotebookOperator": {"conn_id", "sql", "statement_count"},
    "SnowflakeSqlApiOperator": {"conn_id"},
    "SnowflakeValueCheckOperator": {"conn_id"},
    "TimeDeltaSensorAsync": {"deferrable"},
    "TimeSensorAsync": {"deferrable"},
}


@cache
def classes() -> dict[str, type]:
    """Every operator that can be imported here, by its dotted path."""
    from airflow.sdk import BaseOperator

    found: dict[str, type] = {}
    for module in imported():
        for name, value in vars(module).items():
            own = isinstance(value, type) and value.__module__ == module.__name__ and not name.startswith("_")
            if own and issubclass(value, BaseOperator):
                found[f"{module.__name__}.{name}"] = value
    return found


def imported() -> Iterator[Any]:
    for package in native_catalog().providers:
        for path in sorted((SITE / package.replace(".", "/")).rglob("*.py")):
            name = ".".join(path.relative_to(SITE).with_suffix("").parts).removesuffix(".__init__")
            if {"example_dags", "decorators", "hooks", "triggers"} & set(path.parts):
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    yield importlib.import_module(name)
            except Exception:
                continue  # it needs a package that is not installed


def signature_of(kind: type) -> dict[str, bool]:
    """Keyword → whether it is required, of a class and its bases up to BaseOperator."""
    from airflow.sdk import BaseOperator

    found: dict[str, bool] = {}
    for base in kind.__mro__:
        if base is BaseOperator:
            break
        if "__init__" not in vars(base):
            continue
        parameters = list(inspect.signature(vars(base)["__init__"]).parameters.values())[1:]
        named = [one for one in parameters if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)]
        for one in named:
            found.setdefault(one.name, one.default is one.empty)
        if not any(one.kind is one.VAR_KEYWORD for one in parameters):
            break
    return found


def test_the_table_has_every_operator_that_can_be_imported() -> None:
    assert len(classes()) > 300
    assert set(classes()) - set(native_catalog().operators) == set()


def test_the_parameters_are_those_of_the_signatures() -> None:
    different = {}
    for path, kind in classes().items():
        known = {name: one.required for name, one in native(path).parameters.items()}
        names = {name for name, _ in signature_of(kind).items() ^ known.items()}
        if names:
            different[kind.__name__] = names
    assert different == DIFFERENCES


def test_the_template_fields_and_the_families_are_those_of_the_classes() -> None:
    from airflow.sdk import BaseSensorOperator
    from airflow.sdk.bases.skipmixin import SkipMixin

    for path, kind in classes().items():
        known = native(path)
        assert set(known.template_fields) == set(kind.template_fields), path
        assert known.sensor == issubclass(kind, BaseSensorOperator), path
        assert known.branches == issubclass(kind, SkipMixin), path


def test_what_every_task_takes_is_the_signature_of_baseoperator() -> None:
    from airflow.sdk import BaseOperator

    names = set(inspect.signature(BaseOperator.__init__).parameters) - {
        "self",
        "kwargs",
        "dag",
        "task_group",
        "task_id",
    }
    assert set(native_catalog().base) == {name for name in names if not name.startswith("_")}


def test_the_committed_table_is_current() -> None:
    if providers(SITE) != native_catalog().providers:
        pytest.skip("other provider versions are installed than those of the table: run `make native-catalog`")
    now, committed = json.loads(table(SITE)), json.loads(DATA.read_text())
    now.pop("generated")
    committed.pop("generated")
    assert now == committed, "run `make native-catalog`"


def test_one_operator_in_full() -> None:
    create = native(EMR + "EmrCreateJobFlowOperator")
    assert create.doc == "Creates an EMR JobFlow, reading the config from the EMR connection."
    assert create.parameters["job_flow_overrides"].types == ("text", "mapping")
    assert create.parameters["aws_conn_id"].types == ("text",), "of a base class in another module"
    assert "region_name" in create.template_fields, "of aws_template_fields()"
    assert create.deferrable
    assert create.complete
    assert native(BASH).parameters["bash_command"].required
    assert not native(EMR + "EmrServerlessStartJobOperator").sensor
    assert native("airflow.providers.standard.operators.branch.BaseBranchOperator") is not None
    assert not native(EMR.replace("emr.", "eks.EksPodOperator")).complete, "its base is in a package not installed"
    assert native("airflow.providers.amazon.nowhere.Operator") is None
    assert provider_of(BASH)[0] == "airflow.providers.standard"
    assert provider_of("airflow.providers.google.Anything") is None


def test_facts_name_operators_and_options_that_are_there() -> None:
    for path, entry in native_facts().items():
        known = native(path)
        assert known is not None, path
        for facts in (entry.facts, *(case.facts for case in entry.when)):
            named = [facts.get(key) for key in ("resource", "cluster", "steps", "targets", "failures", "wait_option")]
            for key in ("reads", "writes", "sql", "copy", "timeout"):
                named += facts.get(key, [])
            assert {option for option in named if option} <= {*known.parameters, "execution_timeout"}, path
        for case in entry.when:
            assert set(case.arguments) <= set(known.parameters), path


@pytest.mark.parametrize(
    ("arguments", "submits", "waits_for"),
    [
        ({}, ("emr_step",), ()),
        ({"wait_for_completion": True}, (), ("emr_step",)),
        ({"deferrable": True}, (), ("emr_step",)),
        ({"wait_for_completion": False, "deferrable": False}, ("emr_step",), ()),
        ({"wait_for_completion": ["odd"], "deferrable": {}}, ("emr_step",), ()),
    ],
)
def test_arguments_change_facts(arguments: dict[str, Any], submits: tuple[str], waits_for: tuple[str]) -> None:
    facts = facts_of(EMR + "EmrAddStepsOperator", arguments)
    assert (facts.submits, facts.waits_for) == (submits, waits_for)


def test_misspelt_facts_are_refused() -> None:
    from dagspec.facts import Facts

    known = set(Facts.__struct_fields__)
    for path, entry in native_facts().items():
        assert {key for facts in (entry.facts, *(case.facts for case in entry.when)) for key in facts} <= known, path


def test_a_spec_without_native_operators_does_not_read_the_table(root: Path) -> None:
    code = (
        "from dagspec.cli import main; from dagspec.native_catalog import native_catalog;"
        "main(['lint', 'dag_specs/itunes_split.yaml']); print(native_catalog.cache_info().misses)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout.endswith("\n0\n"), done.stdout + done.stderr
