"""What can go wrong around a run, as one sentence for the user."""

from __future__ import annotations


class RunError(Exception):
    """A run cannot start or go on. The text says what is wrong and what to do."""


class AlreadyRunningError(RunError):
    """Another run uses the same folder."""


class InterruptedRunError(KeyboardInterrupt):
    """A signal asked the run to end. ``exit_code`` is 128 plus the signal's number."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"signal {signal_number}")
        self.exit_code = 128 + signal_number
