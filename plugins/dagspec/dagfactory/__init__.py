"""Files in dag-factory's own format: several DAGs, lists of tasks, typed values, defaults for all."""
