"""`implicit-yaml-type`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagspec.odd_scalars import OddScalar, odd_scalars
from dagspec.problem import Edit, Fix, Problem, shown
from dagspec.rule import Rule
from dagspec.view import PipelineView


class ImplicitYamlType(Rule):
    """A text without quotes that YAML reads as a number or a boolean.

    Why: YAML 1.1 counts 12:30:00 to the base of 60, takes a leading zero for octal, drops the last zero of 3.10, and
    reads NO as false. The operator gets the other value and nothing tells.

    Bad:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo $AT
            env: {AT: 12:30:00}

    Good:
        tasks:
          greet:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: echo $AT
            env: {AT: "12:30:00"}
    """

    severity = "warning"
    tags = ("spec",)
    fixable = "unsafe"

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Every odd scalar but those whose type is reported as wrong already."""
        told = {problem.place.path for problem in pipeline.analysis.problems}
        for scalar in odd_scalars(pipeline.source):
            if scalar.path not in told:
                message = f"{scalar.spelling} is read as {_kind(scalar.value)}{shown(scalar.value)}"
                place = pipeline.place(*scalar.path)
                yield self.problem(place, message, "quote it to mean the text", fix=_quoted(pipeline, scalar))


def _kind(value: Any) -> str:
    return "" if isinstance(value, bool) else "the number "


def _quoted(pipeline: PipelineView, scalar: OddScalar) -> Fix | None:
    start, end = pipeline.source.offsets(scalar.path, "value")
    if pipeline.source.text[start:end] != scalar.spelling:
        return None
    # the operator gets another value afterwards: the one that was written
    return Fix("quote it", (Edit(start, end, f'"{scalar.spelling}"'),))
