"""What Airflow gives to templates, from the table `data/airflow_context.yaml`."""

from __future__ import annotations

import msgspec

from dagspec.tables import table


class Removed(msgspec.Struct, frozen=True):
    """A name that is gone. same: `use` has the same value, so that it may be put in its place."""

    use: str
    same: bool = False


class AirflowContext(msgspec.Struct, frozen=True):
    """The names of one Airflow version.

    names: in every run. sometimes: in some tasks. dated: only with a logical date → what a run without has instead.
    """

    names: frozenset[str]
    sometimes: frozenset[str]
    dated: dict[str, str]
    removed: dict[str, Removed]
    filters: tuple[str, ...]
    macros: tuple[str, ...]
    var: tuple[str, ...]

    @property
    def known(self) -> frozenset[str]:
        """Every name that some run has."""
        return self.names | self.sometimes | set(self.dated)


def airflow_context() -> AirflowContext:
    """The table. ValidationError of msgspec when it is malformed."""
    return table("airflow_context", AirflowContext)
