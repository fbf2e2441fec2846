"""`unquoted-template`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class UnquotedTemplate(Rule):
    """A template lacks its quotes.

    Why: YAML reads {{ … }} as a mapping within a mapping, so the operator would not get a text.

    Bad:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: {{ var.value.target }}

    Good:
        tasks:
          pull:
            operator: itunes.search_to_s3
            artists: [Adele]
            destination: "{{ var.value.target }}"
    """

    tags = ("spec",)
    fixable = "safe"
    stops_loading = True
