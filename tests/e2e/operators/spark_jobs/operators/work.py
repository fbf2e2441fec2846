"""Sleeps, then fails if it is told to."""

import sys
import time

given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
print("the job has begun", flush=True)
time.sleep(float(given["--seconds"]))
if given["--mistake"]:
    raise ValueError(given["--mistake"])
