"""The rules of lint, one file each. `dagspec.rule.all_rules` finds them."""
