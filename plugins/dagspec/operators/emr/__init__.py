"""Shared operators."""
