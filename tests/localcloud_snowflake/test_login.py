"""Who may log in, and how a refusal looks."""

import base64
import ssl
import time
import urllib.error
import urllib.request

import pytest
from conftest import Server, Session
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from snowflake.connector.errors import DatabaseError


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public(key: rsa.RSAPrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def log_in(server: Server, **settings) -> str:
    with server.connect(**settings) as connection:
        return connection.cursor().execute("SELECT CURRENT_USER()").fetchall()[0][0]


def test_a_key_pair_of_a_user_that_nobody_registered(server: Server, key) -> None:
    assert log_in(server, user="new_one", private_key=private(key)) == "NEW_ONE"


def test_a_registered_key_and_a_wrong_one(server: Server, session: Session, key) -> None:
    session.run(f"CREATE USER keyed RSA_PUBLIC_KEY = '{public(key)}'")
    assert log_in(server, user="keyed", private_key=private(key)) == "KEYED"
    other = rsa.generate_private_key(65537, 2048)
    started = time.monotonic()
    with pytest.raises(DatabaseError, match="JWT token is invalid") as caught:
        log_in(server, user="keyed", private_key=private(other))
    assert "390144" in str(caught.value) or caught.value.errno == 250001
    assert time.monotonic() - started < 20
    session.run(f"ALTER USER keyed SET RSA_PUBLIC_KEY = '{public(other)}'")
    assert log_in(server, user="keyed", private_key=private(other)) == "KEYED"


def test_passwords(server: Server, session: Session) -> None:
    assert log_in(server, user="anyone", password="anything") == "ANYONE"
    session.run("CREATE USER pass PASSWORD = 'right'")
    assert log_in(server, user="pass", password="right") == "PASS"
    with pytest.raises(DatabaseError, match="Incorrect username or password"):
        log_in(server, user="pass", password="wrong")
    assert "right" not in (server.root / "users" / "PASS.json").read_text()


def test_a_disabled_user_by_hand(server: Server) -> None:
    (server.root / "users" / "GONE.json").write_text('{"disabled": true}')
    with pytest.raises(DatabaseError, match="User access disabled"):
        log_in(server, user="gone")
    (server.root / "users" / "GONE.json").unlink()
    assert log_in(server, user="gone") == "GONE"


def test_another_account(server: Server) -> None:
    with pytest.raises(DatabaseError, match="serves the account 'LOCAL'"):
        log_in(server, account="elsewhere")


def test_web_pages_are_refused(server: Server) -> None:
    trusted = ssl.create_default_context(cafile=str(server.bundle))
    for headers in ({"Origin": "https://example.com"}, {"Host": "example.com"}):
        request = urllib.request.Request(f"https://localhost:{server.port}/session", b"{}", headers)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, context=trusted, timeout=5)
        assert caught.value.code == 403


def test_plain_http_and_foreign_proxying_are_refused(server: Server) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://localhost:{server.port}/", timeout=5)
    assert b"use https://" in caught.value.read()
    through = urllib.request.build_opener(urllib.request.ProxyHandler({"https": f"http://localhost:{server.port}"}))
    with pytest.raises(OSError, match="400"):
        through.open("https://example.com/", timeout=5)
