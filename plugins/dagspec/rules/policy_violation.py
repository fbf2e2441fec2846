"""`policy-violation`: reported by the compiler."""

from __future__ import annotations

from dagspec.rule import Rule


class PolicyViolation(Rule):
    """A spec does what `dag_specs/policy.yaml` does not allow, or lacks what it asks for.

    Why: a platform team answers for cost and access. The loader refuses such a spec with the same message.

    Bad:
        # dag_specs/policy.yaml: rules: [{name: house, max_instances: 5}]
        tasks:
          cluster:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            core: {count: 12}
            steps:
              split: {spark_submit: spark_jobs/itunes/split.py}

    Good:
        # dag_specs/policy.yaml: rules: [{name: house, max_instances: 5}]
        tasks:
          cluster:
            operator: emr.transient_cluster
            release_label: emr-7.9.0
            core: {count: 4}
            steps:
              split: {spark_submit: spark_jobs/itunes/split.py}
    """

    tags = ("care",)
    stops_loading = True
    runnable = False
