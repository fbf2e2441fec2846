"""The local cloud: S3 and EMR of AWS on this machine, where the work is really done."""
