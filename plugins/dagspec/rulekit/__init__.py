"""Helpers that the rules of one family share."""
