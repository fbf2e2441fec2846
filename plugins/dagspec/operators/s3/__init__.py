"""Shared operators of Amazon S3."""
