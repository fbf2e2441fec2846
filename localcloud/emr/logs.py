"""Logs of steps and bootstrap actions, where EMR puts them."""

from __future__ import annotations

import gzip
import logging
from pathlib import Path
from urllib.parse import urlsplit

from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends

from localcloud.layout import ACCOUNT

log = logging.getLogger(__name__)
_LONGEST_TAIL = 4000
NAMES = ("controller", "stdout", "stderr")


def upload(log_uri: str | None, prefix: str, folder: Path) -> None:
    """Put a folder's logs, gzipped, below `<log-uri>/<prefix>/`. As in EMR, a missing bucket fails nothing."""
    if not log_uri:
        return
    target = urlsplit(log_uri)
    base = "/".join(part for part in (target.path.strip("/"), prefix) if part)
    for name in NAMES:
        file = folder / name
        if file.exists():
            _put(target.netloc, f"{base}/{name}.gz", gzip.compress(file.read_bytes()))


def uri_of(log_uri: str | None, prefix: str, name: str) -> str:
    """The S3 path of a log, or an empty string for a cluster without a log URI."""
    return f"{log_uri.rstrip('/')}/{prefix}/{name}.gz" if log_uri else ""


def tail(file: Path) -> str:
    """The end of a log, from the beginning of a line on."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _LONGEST_TAIL))
            text = stream.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return (text.partition("\n")[2] if size > _LONGEST_TAIL else text).strip()


def _put(bucket: str, key: str, body: bytes) -> None:
    try:
        s3_backends[ACCOUNT]["aws"].put_object(bucket, key, body)
    except (ServiceException, OSError) as error:
        log.warning("the log s3://%s/%s could not be written: %s", bucket, key, error)
