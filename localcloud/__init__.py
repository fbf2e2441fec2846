"""The local cloud: S3, EMR, Glue and Redshift of AWS, and Snowflake, on this machine, where the work is really done."""
