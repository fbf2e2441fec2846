"""The language server: what editors ask of a spec, answered by the engine of lint."""
