"""The shared operators, one file each. `dagspec.catalog` finds every class that derives from `SharedOperator`."""
