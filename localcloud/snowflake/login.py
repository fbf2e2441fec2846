"""Who may log in: passwords, and key pairs whose signature is checked when the user's public key is registered."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from localcloud.snowflake.users import User, Users

_JWT_REFUSED = "390144"
_PASSWORD_REFUSED = "390100"  # noqa: S105 - the number of an error
_DISABLED = "390101"
_NOT_OUR_ACCOUNT = "390201"


@dataclass(frozen=True)
class LoginRefusedError(Exception):
    """A refused login: Snowflake's number, and what is wrong."""

    code: str
    message: str


def account_of(text: str) -> str:
    """The account without its region: `acme.us-east-1` is `ACME`."""
    return text.partition(".")[0].upper()


def check_password(users: Users, account: str, name: str, given_account: str, password: str) -> str:
    """The user's name, if the password is right."""
    _check_account(account, given_account)
    user = _enabled(users, name)
    if not password or not user.takes_password(password):
        raise LoginRefusedError(_PASSWORD_REFUSED, "Incorrect username or password was specified.")
    return user.name


def check_token(users: Users, account: str, token: str) -> str:
    """The name of the user whose key pair signed a JSON Web Token."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False, "verify_exp": True})
    except jwt.PyJWTError as error:
        raise _token_refused(str(error)) from error
    given_account, _, rest = str(claims.get("iss", "")).partition(".")
    name, _, fingerprint = rest.rpartition(".")
    if not name or not fingerprint.startswith("SHA256:") or claims.get("sub") != f"{given_account}.{name}":
        raise _token_refused("the issuer is not <ACCOUNT>.<USER>.SHA256:<fingerprint> of the subject")
    _check_account(account, given_account)
    user = _enabled(users, name)
    _check_signature(user, token, fingerprint)
    return user.name


def _check_signature(user: User, token: str, fingerprint: str) -> None:
    if not user.public_keys:
        return  # nobody has registered a key: any pair is the user's
    keys = {_fingerprint(key): key for key in map(_public_key, user.public_keys.values())}
    if fingerprint not in keys:
        raise _token_refused(f"the key of this connection is none that is registered for {user.name}")
    try:
        jwt.decode(token, keys[fingerprint], algorithms=["RS256", "ES256"])
    except jwt.PyJWTError as error:
        raise _token_refused(str(error)) from error


def _enabled(users: Users, name: str) -> User:
    user = users.find(name.upper()) or User(name.upper())
    if user.disabled:
        raise LoginRefusedError(
            _DISABLED, f"User access disabled: {user.name}. Contact your local system administrator."
        )
    return user


def _check_account(account: str, given: str) -> None:
    if account_of(given) != account:
        message = f"The account '{given}' is not here: the local Snowflake serves the account '{account}'."
        raise LoginRefusedError(_NOT_OUR_ACCOUNT, message)


def _token_refused(reason: str) -> LoginRefusedError:
    return LoginRefusedError(_JWT_REFUSED, f"JWT token is invalid: {reason}.")


def _public_key(text: str) -> Any:
    """A key as RSA_PUBLIC_KEY gives it: PEM, or its base64 alone."""
    try:
        if "BEGIN" in text:
            return load_pem_public_key(text.encode())
        return load_der_public_key(base64.b64decode("".join(text.split())))
    except ValueError as error:
        raise _token_refused("the registered RSA_PUBLIC_KEY cannot be read") from error


def _fingerprint(key: Any) -> str:
    raw = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode()
