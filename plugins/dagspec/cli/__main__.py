"""`python -m dagspec.cli`."""

import sys

from dagspec.cli import main

sys.exit(main())
