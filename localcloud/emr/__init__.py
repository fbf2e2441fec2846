"""EMR whose clusters live and whose steps really run."""
