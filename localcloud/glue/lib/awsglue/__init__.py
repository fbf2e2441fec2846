"""The `awsglue` API of Glue jobs, for Spark on this machine: DynamicFrames are DataFrames here."""
