"""The date that rules about time compare with; `DAGSPEC_TODAY` fixes it, so that reports can be repeated."""

from __future__ import annotations

import os
from datetime import date


def today() -> date:
    """Today, or the date in the variable `DAGSPEC_TODAY`. ValueError when that is no date."""
    fixed = os.environ.get("DAGSPEC_TODAY")
    return date.fromisoformat(fixed) if fixed else date.today()
