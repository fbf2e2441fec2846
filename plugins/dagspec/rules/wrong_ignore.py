"""`wrong-ignore`: reported when comments are heeded."""

from __future__ import annotations

from dagspec.rule import Rule


class WrongIgnore(Rule):
    """A comment that means to ignore something does not.

    Why: it names no rule, an unknown one, or one that cannot be ignored; secrets are ignored only with a reason.

    Bad:
        # dagspec: ignore-file[xcom-unknown-tsk] the other pipeline pushes it
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
    fixable = "unsafe"
