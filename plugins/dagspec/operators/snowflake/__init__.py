"""Shared operators of Snowflake."""
