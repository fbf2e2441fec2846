"""`unused-ignore`: reported when comments are heeded."""

from __future__ import annotations

from dagspec.rule import Rule


class UnusedIgnore(Rule):
    """A comment ignores a rule that finds nothing there.

    Why: it would hide the next real finding. It also tells the reader of a problem that is gone.

    Bad:
        # dagspec: ignore-file[xcom-unknown-task] the other pipeline pushes it
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet

    Good:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: s3://lake/raw.parquet
    """

    severity = "warning"
    tags = ("care",)
    fixable = "safe"
