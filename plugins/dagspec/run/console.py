"""What the user sees apart from the live table: phases, notes, failures."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape

from dagspec.run.wording import clock, visible


@dataclass
class Phases:
    """Prints what is being done and measures it.

    ``seconds`` maps each finished phase to its duration, in order.
    """

    console: Console
    seconds: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def elapsed(self) -> float:
        """Return the seconds since the run was asked for."""
        return time.monotonic() - self.began

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure a block of work under this name."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = time.monotonic() - start

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Show a spinner (on a terminal) or one line (elsewhere) while the block runs."""
        if not self.console.is_terminal:
            self.note(text)
            yield
            return
        with self.console.status(escape(text)):
            yield

    def note(self, text: str) -> None:
        """Print one line with the time since the start."""
        self.console.print(f"[dim]{clock(self.elapsed())}[/]  {escape(visible(text))}", highlight=False, soft_wrap=True)


def make_console() -> Console:
    """Return the console that all output goes to; rich respects NO_COLOR and pipes."""
    return Console()
