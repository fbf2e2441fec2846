"""`redshift.copy`: files of S3 into a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta
from msgspec.structs import replace

from dagspec.facts import Facts
from dagspec.kinds import S3Uri
from dagspec.operators.redshift.copy_statements import copy_statements
from dagspec.operators.redshift.statement import StatementTask
from dagspec.operators.sql_options import END, Column, Table, clause_words
from dagspec.problem import Problem
from dagspec.shared import Expansion, Task

_ROLE = r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+"
Role = Annotated[
    str,
    Meta(
        pattern=rf"^(default|{_ROLE}|\{{\{{.*\}}\}}){END}",
        extra_json_schema={"x-expected": '"default" or the ARN of a role'},
    ),
]
# each has an option of its own, or would bring keys into the statement
_NOT_AN_OPTION = {"FROM", "IAM_ROLE", "CREDENTIALS", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"}
_FORMATS = {"FORMAT", "CSV", "JSON", "PARQUET", "AVRO", "ORC", "SHAPEFILE"}


class Copy(StatementTask, frozen=True, kw_only=True):
    """Load files of S3 into a Redshift table, in one transaction; a retry never loads them a second time."""

    name: ClassVar[str] = "redshift.copy"
    facts: ClassVar[Facts] = replace(
        StatementTask.facts,
        reads=("source",),
        writes=("table",),
        template_fields=("source", "iam_role", "database", "cluster_identifier", "workgroup_name", "db_user"),
    )

    source: Annotated[S3Uri, Meta(description="What the objects' keys begin with, s3://bucket/folder/.")]
    table: Annotated[Table, Meta(description="The table, which must exist.")]
    mode: Annotated[
        Literal["append", "truncate_insert", "merge"],
        Meta(description="Add the rows; replace all rows; or replace the rows with the same keys."),
    ]
    format: Annotated[Literal["parquet", "csv", "json"], Meta(description="Of the files.")]
    keys: Annotated[list[Column], Meta(description="For merge: the columns that tell rows apart.")] = []
    columns: Annotated[list[Column], Meta(description="The columns that the files have; default: all.")] = []
    options: Annotated[list[str], Meta(description="Further options of COPY, e.g. IGNOREHEADER 1.")] = []
    iam_role: Annotated[Role, Meta(description="Role that reads S3; default: the cluster's own.")] = "default"

    @classmethod
    def facts_with(cls, arguments: dict[str, Any]) -> Facts:
        """Only the mode append adds rows each time it runs."""
        return replace(cls.facts, append=arguments.get("mode") == "append")

    def check(self, task: Task) -> Iterator[Problem]:
        """Keys for merge and for nothing else; options that are only options."""
        yield from super().check(task)
        if self.mode == "merge" and not self.keys:
            yield Problem("missing-key", 'the mode merge needs "keys"', task.place("mode"), "e.g. keys: [id]")
        if self.mode != "merge" and self.keys:
            message = f'"keys" are for the mode merge, not for {self.mode}'
            yield Problem("wrong-type", message, task.place("keys", key=True), "remove them, or use mode: merge")
        for key in self.keys:
            if self.columns and key not in self.columns:
                yield Problem("wrong-type", f'the key "{key}" is not one of "columns"', task.place("keys"))
        for index, option in enumerate(self.options):
            if wrong := _mistake(option):
                yield Problem("wrong-type", f'"options[{index}]" {wrong}', task.place("options", index))

    def expand(self, task: Task) -> Expansion:
        """One task; its statements can be read in it."""
        return self.send(task, copy_statements(self))


def _mistake(option: str) -> str:
    """What is wrong with one option of COPY; "" for a sound one."""
    plain, wrong = clause_words(option, "redshift", "an option of COPY")
    if wrong:
        return wrong
    if known := _NOT_AN_OPTION.intersection(plain):
        return f'sets {min(known)}, but "source" and "iam_role" say where from and by which role'
    return f'sets {plain[0]}: "format" says that' if plain and plain[0] in _FORMATS else ""
