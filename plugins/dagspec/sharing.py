"""Environments that mean the same to a spec share the findings of the rules."""

from __future__ import annotations

import msgspec

from dagspec.analysis import Analysis


def alike(one: Analysis, other: Analysis) -> bool:
    """Whether rules find the same in both: they read what the spec became, never an environment's values."""
    if one.environment.operator_defaults != other.environment.operator_defaults:
        return False
    # equal values may still be of different types: 1 is True
    same = one.spec == other.spec and _written(one) == _written(other)
    return same and one.problems == other.problems and one.expansions == other.expansions


def _written(analysis: Analysis) -> bytes:
    return msgspec.msgpack.encode((analysis.spec, analysis.environment.operator_defaults))
