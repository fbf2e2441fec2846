"""Shared operators of Amazon Redshift."""
