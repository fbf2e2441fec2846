"""`internal-error`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class InternalError(Rule):
    """A defect of dagspec itself.

    Why: one broken rule must not hide what the others find, so it is reported like any problem. Please report it.

    Bad:
        Nothing that you wrote.

    Good:
        Nothing that you could write.
    """

    tags = ("spec",)
    stops_loading = True
    runnable = False
