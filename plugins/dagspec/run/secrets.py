"""The keys that this machine's Airflow signs and encrypts with, made once."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

# HS512, which Airflow signs its tokens with, wants a key of at least 64 bytes.
JWT_KEY_BYTES = 64
FERNET_KEY_BYTES = 32


@dataclass(frozen=True)
class AirflowKeys:
    """Random keys as texts."""

    jwt: str
    fernet: str
    session: str


def load_keys(path: Path) -> AirflowKeys:
    """Return the keys of the file; make the file, readable by its owner alone, when it is not there."""
    try:
        return AirflowKeys(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return _make_keys(path)


def _make_keys(path: Path) -> AirflowKeys:
    keys = AirflowKeys(
        jwt=secrets.token_hex(JWT_KEY_BYTES),
        fernet=base64.urlsafe_b64encode(secrets.token_bytes(FERNET_KEY_BYTES)).decode(),
        session=secrets.token_hex(32),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(keys), file)
    return keys
