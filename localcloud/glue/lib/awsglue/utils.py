# ruff: noqa: N802 - the names are AWS's
"""Arguments of a Glue job."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

# Glue knows these itself: they may be asked for, but need not be given
_OPTIONAL = (
    *("JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION", "TempDir", "RedshiftTempDir", "encryption-type"),
    *("job-bookmark-option", "job-bookmark-from", "job-bookmark-to", "enable-data-lineage"),
)
_RESERVED = ("JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION", "job-bookmark-option", "encryption-type")


class GlueArgumentError(Exception):
    """The job was started without an argument that its script needs, or with one that has no value."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, str]:
    """The values of the named arguments, from `--NAME value` or `--NAME=value`; others are left out.

    GlueArgumentError if one is missing, RuntimeError for a name that Glue keeps to itself.
    """
    reserved = [name for name in options if name in _RESERVED]
    if reserved:
        raise RuntimeError(f"Using reserved arguments {', '.join(reserved)}")
    parser = _Parser(add_help=False, allow_abbrev=False)
    for name in [name for name in _OPTIONAL if name not in options]:
        parser.add_argument(f"--{name}", default=argparse.SUPPRESS)
    for name in dict.fromkeys(options):
        parser.add_argument(f"--{name}", required=True)
    known, _ = parser.parse_known_args(list(args[1:]))
    return vars(known)
