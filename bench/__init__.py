"""How fast `dagspec lint` is, measured against what else there is."""
