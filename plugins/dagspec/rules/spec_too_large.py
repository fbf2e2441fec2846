"""`spec-too-large`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class SpecTooLarge(Rule):
    """The variables of a spec stand for more text than a pipeline can need, or refer to each other too deeply.

    Why: a few lines can name each other so that they mean millions of values, and every other pipeline would wait.

    Bad:
        vars:
          a0: ten characters
          a1: ${var.a0}${var.a0}
          a2: ${var.a1}${var.a1}
          # … and so on, forty times

    Good:
        vars:
          lake: s3://lake/raw
    """

    tags = ("spec",)
    stops_loading = True
    runnable = False
