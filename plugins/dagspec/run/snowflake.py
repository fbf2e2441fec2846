"""How Airflow logs in to the local Snowflake: with a key pair that this machine has made for itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from dagspec.run.paths import Paths

ACCOUNT = "local"
HOST = "localhost"  # the name in the server's certificate
USER = "DAGSPEC"
DATABASE = "DEV"
SCHEMA = "PUBLIC"
WAREHOUSE = "COMPUTE_WH"
ROLE = "SYSADMIN"
KEY_BITS = 2048


def prepare_login(paths: Paths) -> None:
    """Make the key pair when it is not there, and register its public half: any other key is refused."""
    if not paths.snowflake_key.exists():
        _make_key(paths.snowflake_key)
    private = load_pem_private_key(paths.snowflake_key.read_bytes(), None)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    users = paths.snowflake / "users"
    users.mkdir(parents=True, exist_ok=True)
    (users / f"{USER}.json").write_text(json.dumps({"public_keys": {"RSA_PUBLIC_KEY": public.decode()}}))


def connection(paths: Paths, port: int) -> dict[str, Any]:
    """Return the fields of an Airflow connection to the local Snowflake."""
    extra = {
        "account": ACCOUNT,
        "host": HOST,
        "port": port,
        "database": DATABASE,
        "warehouse": WAREHOUSE,
        "role": ROLE,
        "private_key_file": str(paths.snowflake_key),
    }
    return {"conn_type": "snowflake", "login": USER, "schema": SCHEMA, "extra": extra}


def settings(paths: Paths, port: int) -> dict[str, str]:
    """Return the variables that Snowflake's clients read: whom to trust, and the way to an account's own address."""
    return {
        "REQUESTS_CA_BUNDLE": str(paths.ca_bundle),
        "SSL_CERT_FILE": str(paths.ca_bundle),
        # Requests takes a proxy for one host by this name; the provider's SQL API hook can be told no address.
        f"https://{ACCOUNT}.snowflakecomputing.com_proxy": f"http://{HOST}:{port}",
        # Otherwise each login asks around for two seconds in which cloud it is.
        "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
    }


def _make_key(file: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_bytes(text)
    part.replace(file)
