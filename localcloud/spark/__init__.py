"""Spark of the local cloud: one warm JVM that steps attach to, or a cold spark-submit."""
