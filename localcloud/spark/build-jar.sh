#!/usr/bin/env bash
# Builds localfs.jar from java/. Needs a JDK; running the local cloud does not.
#   localcloud/spark/build-jar.sh [python of the local cloud's environment]
set -euo pipefail
cd "$(dirname "$0")"
python=${1:-../../.venv-localcloud/bin/python}
jars=$("$python" -c 'import pathlib, pyspark; print(pathlib.Path(pyspark.__file__).parent / "jars")')
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
# 8: Spark 3.5 still runs on Java 8, so the jar must load there
javac --release 8 -Xlint:-options -cp "$jars/*" -d "$classes" java/org/apache/hadoop/fs/s3a/S3AFileSystem.java
cp java/resources/*.xml "$classes"
# fixed times and order, so that the same source gives the same bytes
"$python" - "$classes" localfs.jar <<'PY'
import sys, zipfile
from pathlib import Path

classes, jar = Path(sys.argv[1]), sys.argv[2]
with zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as archive:
    for file in sorted(path for path in classes.rglob("*") if path.is_file()):
        name = zipfile.ZipInfo(str(file.relative_to(classes)), date_time=(1980, 1, 1, 0, 0, 0))
        name.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(name, file.read_bytes())
PY
