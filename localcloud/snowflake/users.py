"""Users: who may log in, with which password or key. One file each, so that a test can make one by hand."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud.snowflake.errors import already_exists, not_found, syntax, unsupported
from localcloud.snowflake.results import message
from localcloud.snowflake.text import NAME, options, unquote

if TYPE_CHECKING:
    from localcloud.snowflake.cursor import LocalCursor

STATEMENT = re.compile(
    r"(?P<verb>CREATE|ALTER|DROP) (?P<replace>OR REPLACE )?USER (?P<if>IF (?:NOT )?EXISTS )?"
    rf"(?P<name>{NAME})(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SETTING = re.compile(r"(?P<verb>SET|UNSET) (?P<settings>.*)", re.IGNORECASE | re.DOTALL)
_KEYS = ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2")
# accepted, of no effect on a login
_HARMLESS = (
    "LOGIN_NAME",
    "DISPLAY_NAME",
    "EMAIL",
    "COMMENT",
    "DEFAULT_ROLE",
    "DEFAULT_WAREHOUSE",
    "DEFAULT_NAMESPACE",
    "TYPE",
    "MUST_CHANGE_PASSWORD",
    "DEFAULT_SECONDARY_ROLES",
)
_FILE_NAME = re.compile(r"[\w.@-]{1,100}")


@dataclass(frozen=True)
class User:
    """A registered user. Without keys any well-formed key pair will do, without a password any password."""

    name: str
    disabled: bool = False
    password: str = ""
    public_keys: dict[str, str] = field(default_factory=dict)

    def takes_password(self, password: str) -> bool:
        """Whether a password is the user's."""
        if not self.password:
            return True
        salt = self.password.partition("$")[0]
        return secrets.compare_digest(_hashed(password, salt), self.password)


class Users:
    """The users of the account, in `<folder>/<NAME>.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def find(self, name: str) -> User | None:
        """A registered user, or None: nobody has said anything about this one."""
        file = self._file(name)
        return User(name=name, **json.loads(file.read_text())) if file.exists() else None

    def save(self, user: User) -> None:
        """Register a user, or what has changed."""
        stored = asdict(user)
        del stored["name"]
        file = self._file(user.name)
        part = file.with_suffix(".part")
        part.write_text(json.dumps(stored, indent=1))
        part.chmod(0o600)
        part.replace(file)

    def remove(self, name: str) -> None:
        """Forget a user."""
        self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        if not _FILE_NAME.fullmatch(name):
            raise unsupported(f"the user name '{name}'", "letters, digits, '_', '.', '@' and '-' make one")
        return self._folder / f"{name}.json"


def run(cursor: LocalCursor, found: re.Match[str]) -> str:
    """`CREATE USER u PASSWORD = '…'`, `ALTER USER u SET RSA_PUBLIC_KEY = '…' DISABLED = TRUE`, `DROP USER u`"""
    users, name, verb = cursor.connection.account.users, unquote(found["name"]), found["verb"].upper()
    user, rest = users.find(name), found["rest"].strip()
    if verb == "CREATE":
        return _create(users, user, name, found)
    if verb == "DROP":
        if user is None and not found["if"]:
            raise not_found("User", name)
        users.remove(name)
        return message(f"{name} successfully dropped.")
    users.save(_changed(user or User(name), rest))
    return message("Statement executed successfully.")


def _create(users: Users, user: User | None, name: str, found: re.Match[str]) -> str:
    if user and not found["replace"]:
        if not found["if"]:
            raise already_exists(name)
        return message(f"{name} already exists, statement succeeded.")
    users.save(_with(User(name), options(found["rest"])))
    return message(f"User {name} successfully created.")


def _changed(user: User, text: str) -> User:
    asked = _SETTING.fullmatch(text)
    if asked is None:
        raise unsupported(f"ALTER USER … {text}", "it knows SET and UNSET")
    if asked["verb"].upper() == "SET":
        return _with(user, options(asked["settings"]))
    names = re.split(r"[ ,]+", asked["settings"].upper())
    return _with(user, dict.fromkeys(names, ""))


def _with(user: User, given: dict[str, Any]) -> User:
    keys = dict(user.public_keys)
    for name, value in given.items():
        if name in _KEYS:
            keys[name] = str(value)
        elif name == "PASSWORD":
            user = replace(user, password=_hashed(str(value), secrets.token_hex(8)) if value else "")
        elif name == "DISABLED":
            user = replace(user, disabled=bool(value))
        elif name not in _HARMLESS:
            raise syntax(
                f"A user has no property '{name}': it has {', '.join((*_KEYS, 'PASSWORD', 'DISABLED', *_HARMLESS))}."
            )
    return replace(user, public_keys={name: key for name, key in keys.items() if key})


def _hashed(password: str, salt: str) -> str:
    return f"{salt}${hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()}"
