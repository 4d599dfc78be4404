"""Certificates to be shown, good and bad, and the judgement of one (RFC 5280, RFC 9525).

One authority signs what is good, another, of which nobody has heard, the rest. All of it is made in
memory when first asked for, once a process, unless the authority is kept for terminals that are to
know it (``keep_authority``). It is worthless but for tests. RSA, because its signatures are all of
one length: two runs with the same seed move the same number of bytes.

The dates suit a bench whose clock says 2026 as well as the machine's own.
"""

import ssl
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from harness.model.network import CertificateKind

LONG_AGO, LONG_PAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)
FAR, FARTHEST = datetime(2049, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)

#: Kind -> (not before, not after, by the trusted authority, for the right name).
KINDS: dict[CertificateKind, tuple[datetime, datetime, bool, bool]] = {
    "good": (LONG_AGO, FARTHEST, True, True),
    "expired": (LONG_AGO, LONG_PAST, True, True),
    "not_yet_valid": (FAR, FARTHEST, True, True),
    "unknown_ca": (LONG_AGO, FARTHEST, False, True),
    "wrong_name": (LONG_AGO, FARTHEST, True, False),
}
ANOTHER = "another.hil.test"  # whom a certificate of the wrong name belongs to
SERIAL = 0x48494C_00000000_00000000  # with a small number added, all are of one length

_kept: list[Path] = []  # where the authority's key is, the last one counts
_USAGE = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


class _Authority:
    """Who signs."""

    def __init__(self, name: str, key: rsa.RSAPrivateKey | None = None) -> None:
        self.key = key or _new_key()
        self.name = _named(name)
        public = self.key.public_key()
        self.certificate = (
            _begun(self.name, self.name, public, LONG_AGO, FARTHEST, SERIAL)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def sign(
        self, names: Sequence[str], begins: datetime, ends: datetime, serial: int
    ) -> x509.Certificate:
        """A server's certificate, for the key that all servers here have."""
        issuer, public = self.key.public_key(), _leaf_key().public_key()
        usage = _usage("digital_signature", "key_encipherment")
        server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer)
        return (
            _begun(_named(names[0]), self.name, public, begins, ends, serial)
            .add_extension(x509.SubjectAlternativeName([_subject(one) for one in names]), False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(server, critical=False)
            .add_extension(authority, critical=False)
            .sign(self.key, hashes.SHA256())
        )


def keep_authority(folder: Path) -> None:
    """Use the authority whose key is kept in a folder, where one is made at the first time.

    So a real terminal is told of it once, and not at each run. Before the first certificate only.
    """
    _kept.append(folder)


def prepare() -> None:
    """Make all keys now: later it would hold up whoever else this process serves."""
    _authority()
    _stranger()
    _leaf_key()


def trusted() -> str:
    """PEM of the one authority that a terminal is to trust."""
    return _pem(_authority().certificate)


@lru_cache(maxsize=64)
def certificate(kind: CertificateKind, *names: str) -> x509.Certificate:
    """What a host of these names (or addresses) shows."""
    begins, ends, known, right = KINDS[kind]
    signer = _authority() if known else _stranger()
    serial = SERIAL + 1 + list(KINDS).index(kind)
    return signer.sign(names if right else (ANOTHER,), begins, ends, serial)


@lru_cache(maxsize=64)
def server_context(kind: CertificateKind, *names: str) -> ssl.SSLContext:
    """For the end that shows that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    key = _private(_leaf_key())
    with tempfile.TemporaryDirectory() as folder:  # OpenSSL takes a chain from a file only
        chain = Path(folder, "chain.pem")
        chain.write_bytes(key + _pem(certificate(kind, *names)).encode())
        context.load_cert_chain(chain)
    return context


def refusal(leaf: bytes, host: str, now: datetime, trusted: str) -> str:
    """Why a client whose clock says ``now`` refuses a server's certificate.

    Args:
        leaf: DER of what the server showed.
        host: The name or address that the client asked for.
        now: Aware of its zone.
        trusted: PEM of the authorities it knows.

    Returns:
        ``""``, ``unknown_ca``, ``expired``, ``not_yet_valid`` or ``wrong_name``, the first that
        holds; whatever else is wrong with it counts as ``unknown_ca``.
    """
    known = x509.load_pem_x509_certificates(trusted.encode())
    try:
        shown = x509.load_der_x509_certificate(leaf)
        names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return "unknown_ca"
    signers = [one for one in known if _issued(one, shown)]
    if not signers:
        return "unknown_ca"
    for one in (shown, *signers):
        if now > one.not_valid_after_utc:
            return "expired"
        if now < one.not_valid_before_utc:
            return "not_yet_valid"
    verifier = PolicyBuilder().store(Store(signers)).time(now)
    for asked, otherwise in ((names[0], "unknown_ca"), (_subject(host), "wrong_name")):
        try:
            verifier.build_server_verifier(asked).verify(shown, [])
        except (VerificationError, ValueError):
            return otherwise
    return ""


def _issued(signer: x509.Certificate, leaf: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(signer)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


@cache
def _authority() -> _Authority:
    return _Authority("Test Acquirer CA", _kept_key(_kept[-1]) if _kept else None)


def _kept_key(folder: Path) -> rsa.RSAPrivateKey:
    place = folder / "authority.key"
    folder.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.touch(mode=0o600)
        place.write_bytes(_private(_new_key()))
    key = serialization.load_pem_private_key(place.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{place} is no RSA key")
    return key


@cache
def _stranger() -> _Authority:
    return _Authority("Somebody Elses CA")


@cache
def _leaf_key() -> rsa.RSAPrivateKey:
    return _new_key()


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _subject(name: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*wanted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in wanted for name in _USAGE})


def _begun(
    subject: x509.Name, issuer: x509.Name, public: rsa.RSAPublicKey,
    begins: datetime, ends: datetime, serial: int,
) -> x509.CertificateBuilder:  # fmt: skip
    return x509.CertificateBuilder(
        issuer_name=issuer, subject_name=subject, public_key=public, serial_number=serial,
        not_valid_before=begins, not_valid_after=ends,
    )  # fmt: skip


def _pem(shown: x509.Certificate) -> str:
    return shown.public_bytes(serialization.Encoding.PEM).decode()
