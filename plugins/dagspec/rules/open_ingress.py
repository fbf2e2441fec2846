"""`open-ingress`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from dagspec.lazy import lazily
from dagspec.problem import KeyPath, Problem, Span
from dagspec.rule import Rule
from dagspec.scalars import span_in_text
from dagspec.source import Source
from dagspec.view import PipelineView, Text
from dagspec.written import Written

ANYWHERE = ("0.0.0.0/0", "::/0")
# SSH, RDP, databases, Redshift, Livy, and the consoles of Hadoop, Spark and notebooks
PRIVATE_PORTS = (22, 1433, 1521, 3306, 3389, 5432, 5439, 6379, 8080, 8088, 8888, 8998, 9200, 9870, 18080, 27017)
_COMMAND = lazily(r"authorize-security-group-ingress\b(?:[^\n;&|\\]|\\\n)*")
_ANYWHERE = lazily(r"(?<![\d.])0\.0\.0\.0/0|(?<![\w:])::/0")
_PORT = lazily(r"--port[= ]+(?P<first>\d+)(?:-(?P<last>\d+))?")


class OpenIngress(Rule):
    """A firewall rule lets the whole internet reach a port that is not meant for it.

    Why: scanners find an open port within minutes. Livy and the Hadoop consoles run whatever they are told, by anybody.

    Bad:
        tasks:
          open_port:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: >-
              aws ec2 authorize-security-group-ingress --group-name redshift
              --protocol tcp --port 5439 --cidr 0.0.0.0/0

    Good:
        tasks:
          open_port:
            operator: airflow.providers.standard.operators.bash.BashOperator
            bash_command: >-
              aws ec2 authorize-security-group-ingress --group-name redshift
              --protocol tcp --port 5439 --cidr 10.0.0.0/16
    """

    severity = "warning"
    tags = ("aws",)

    def check(self, pipeline: PipelineView) -> Iterator[Problem]:
        """Look at permissions as EC2 takes them, and at the AWS command line."""
        for path, mapping in _mappings(pipeline.spec, ()):
            span = _ports(mapping)
            for place, cidr in _ranges(mapping, path) if span else ():
                yield from self._told(pipeline, place, cidr, span)
        for text in pipeline.texts:
            for command in _COMMAND.finditer(text.value):
                yield from self._in_command(pipeline, text, command)

    def _in_command(self, pipeline: PipelineView, text: Text, command: re.Match[str]) -> Iterator[Problem]:
        port, cidr = _PORT.search(command[0]), _ANYWHERE.search(command[0])
        if port and cidr:
            start = command.start() + cidr.start()
            where = pipeline.origins.find(text.path, start, start + len(cidr[0]))
            span = (int(port["first"]), int(port["last"] or port["first"]))
            for problem in self._told(pipeline, where.path if where else text.path, cidr[0], span):
                yield replace(problem, at=_span(pipeline.source, where)) if where else problem

    def _told(
        self, pipeline: PipelineView, path: KeyPath, cidr: str, span: tuple[int, int] | None
    ) -> Iterator[Problem]:
        ports = [port for port in PRIVATE_PORTS if span and span[0] <= port <= span[1]]
        if ports and span:
            named = f"port {ports[0]} is" if span[0] == span[1] else f"ports {span[0]} to {span[1]} are"
            help_ = "allow the address range of your own network, or a security group"
            yield self.problem(pipeline.place(*path, needle=cidr), f"{named} open to the whole internet", help_)


def _span(source: Source, where: Written) -> Span:
    return source.span_of(*span_in_text(source, where.path, where.start, where.end))


def _mappings(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from _mappings(inner, (*path, key))


def _ports(mapping: dict[str, Any]) -> tuple[int, int] | None:
    first, last = mapping.get("FromPort"), mapping.get("ToPort")
    if str(mapping.get("IpProtocol")) == "-1":
        return 0, 65535
    return (first, last) if isinstance(first, int) and isinstance(last, int) else None


def _ranges(mapping: dict[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if mapping.get("CidrIp") in ANYWHERE:
        yield (*path, "CidrIp"), mapping["CidrIp"]
    for key, field in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")):
        found = mapping.get(key)
        for index, one in enumerate(found if isinstance(found, list) else ()):
            if isinstance(one, dict) and one.get(field) in ANYWHERE:
                yield (*path, key, index, field), one[field]
