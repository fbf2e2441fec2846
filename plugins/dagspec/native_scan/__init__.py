"""Makes the table of native operators from the sources of the installed provider packages, without importing them."""
