"""Shared operators of AWS Glue."""
