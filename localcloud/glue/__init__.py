"""Glue whose jobs really run, whose crawlers really look, and whose Data Catalog survives a restart."""
