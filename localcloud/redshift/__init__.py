"""Redshift on this machine: PostgreSQL behind a port that speaks Redshift's wire protocol and SQL."""
