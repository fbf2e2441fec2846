#!/bin/bash
# Bring a file from the internet, or from S3, to S3: TARGET is replaced by the whole file or not at all.
#
#     ingest.sh SOURCE TARGET
#
# SOURCE  http://, https:// or s3://.
# TARGET  the s3:// object to write.
#
# Exit status: 0 done, 1 SOURCE or TARGET cannot be used, 2 wrong arguments. Needs what EMR has: bash, python3, aws.
set -euo pipefail

ATTEMPTS=3
PAUSE_SECONDS=2

fail() {
  echo "ingest.sh: $2" >&2
  exit "$1"
}

# urlretrieve compares the bytes that came with the Content-Length; curl would too, but not every machine has it.
download() {
  python3 - "$1" "$2" <<'PYTHON'
import socket, sys
from http.client import HTTPException
from urllib.request import urlretrieve

source, file = sys.argv[1:]
socket.setdefaulttimeout(60)
try:
    urlretrieve(source, file)
except (OSError, HTTPException) as error:
    sys.exit(f"ingest.sh: cannot download {source}: {error}")
PYTHON
}

download_with_retries() {
  local attempt
  for ((attempt = 1; attempt <= ATTEMPTS; attempt++)); do
    download "$1" "$2" && return
    ((attempt == ATTEMPTS)) || sleep "$PAUSE_SECONDS"
  done
  return 1
}

fetch() {
  case $1 in
    s3://*) aws s3 cp --only-show-errors "$1" "$2" ;;
    *) download_with_retries "$1" "$2" ;;
  esac
}

(($# == 2)) || fail 2 "it takes two arguments: SOURCE TARGET"
source=$1 target=$2
[[ $source =~ ^(https?|s3)://. ]] || fail 2 "SOURCE must begin with http://, https:// or s3://, not $source"
[[ $target =~ ^s3://[^/]+/(.*[^/])$ ]] || fail 2 "TARGET must be an object, s3://bucket/key, not $target"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fetch "$source" "$folder/file" || fail 1 "$target stays as it was"
grep -q '[^[:space:]]' "$folder/file" || fail 1 "$source has no text; $target stays as it was"
aws s3 cp --only-show-errors "$folder/file" "$target" || fail 1 "cannot write $target"
echo "wrote $(wc -c <"$folder/file") bytes of $source to $target"
