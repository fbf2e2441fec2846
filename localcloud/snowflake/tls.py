"""Certificates: an authority of this machine's own, and the server's certificate, in `<root>/tls`."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_AUTHORITY_DAYS = 3650
_SERVER_DAYS = 800  # clients refuse more than 825
_RENEW_BEFORE = timedelta(days=30)
_NAMES = ("localhost", "*.localhost", "*.snowflakecomputing.com")


class Certificates(NamedTuple):
    """The files. Clients trust `bundle`: the system's authorities and this one."""

    authority: Path
    bundle: Path
    server: Path
    server_key: Path


def certificates(folder: Path) -> Certificates:
    """The certificates below a folder; made, or renewed, when needed."""
    files = Certificates(*(folder / name for name in ("ca.pem", "ca-bundle.pem", "server.pem", "server.key")))
    if not all(file.exists() for file in files) or _is_old(files.server):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        _make(files, folder / "ca.key")
    return files


def _make(files: Certificates, authority_key: Path) -> None:
    if not authority_key.exists() or not files.authority.exists() or _is_old(files.authority):
        _make_authority(files.authority, authority_key)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    signer = load_pem_private_key(authority_key.read_bytes(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = x509.SubjectAlternativeName(
        [*map(x509.DNSName, _NAMES), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    server = (
        _builder("localhost", authority.subject, key, _SERVER_DAYS)
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())  # type: ignore[arg-type]  # an EC key: it was made here
    )
    _write_key(files.server_key, key)
    files.server.write_bytes(server.public_bytes(Encoding.PEM))
    files.bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + files.authority.read_bytes())


def _make_authority(file: Path, key_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Local Snowflake")
    signing = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    authority = (
        _builder("Local Snowflake", name, key, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(signing, critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    file.write_bytes(authority.public_bytes(Encoding.PEM))


def _builder(subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _is_old(file: Path) -> bool:
    ends = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    return datetime.now(UTC) > ends - _RENEW_BEFORE
