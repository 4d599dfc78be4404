"""Certificates: each is bad in one way only, and is judged by a clock of one's own."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from harness.links import certificates

HOST = "host.hil.test"
BENCH = datetime(2026, 3, 2, tzinfo=UTC)


def shown(kind: str, *names: str) -> bytes:
    """What a host shows, DER."""
    made = certificates.certificate(kind, *(names or (HOST,)))
    return made.public_bytes(Encoding.DER)


def test_what_is_prepared_is_not_made_at_the_first_handshake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No key is made any more, whichever certificate is shown and to whomever."""
    certificates.prepare()

    def never() -> None:
        raise AssertionError("a key was made")

    monkeypatch.setattr(certificates, "_new_key", never)
    for kind in certificates.KINDS:
        certificates.server_context(kind, f"{kind}.prepared.test")


@pytest.mark.parametrize("kind", certificates.KINDS)
@pytest.mark.parametrize("now", [BENCH, datetime.now(UTC)], ids=["bench", "machine"])
def test_each_kind_is_refused_for_its_own_reason(kind: str, now: datetime) -> None:
    """By the bench's clock and by the machine's."""
    refused = certificates.refusal(shown(kind), HOST, now, certificates.trusted())

    assert refused == ("" if kind == "good" else kind)


@pytest.mark.parametrize(
    ("year", "refused"), [(2000, "not_yet_valid"), (2026, ""), (2051, "expired")]
)
def test_the_date_is_the_terminals_own(year: int, refused: str) -> None:
    """A clock that was reset makes a good certificate a bad one."""
    now = datetime(year, 1, 1, tzinfo=UTC)

    assert certificates.refusal(shown("good"), HOST, now, certificates.trusted()) == refused


@pytest.mark.parametrize(
    ("names", "asked", "refused"),
    [
        ((HOST, "127.0.0.1"), "127.0.0.1", ""),
        ((HOST, "127.0.0.1"), HOST.upper(), ""),
        ((HOST,), "127.0.0.1", "wrong_name"),
        ((HOST,), "hil.test", "wrong_name"),
        ((HOST,), "x." + HOST, "wrong_name"),
        ((HOST,), "no host name", "wrong_name"),
    ],
)
def test_names_and_addresses_are_compared_whole(
    names: tuple[str, ...], asked: str, refused: str
) -> None:
    """RFC 9525: no part of a name is enough."""
    leaf = shown("good", *names)

    assert certificates.refusal(leaf, asked, BENCH, certificates.trusted()) == refused


def test_an_authority_of_the_same_name_is_not_the_same_authority() -> None:
    """The signature decides."""
    impostor = certificates._Authority("Test Acquirer CA")
    leaf = impostor.sign((HOST,), *certificates.KINDS["good"][:2], certificates.SERIAL)

    refused = certificates.refusal(
        leaf.public_bytes(Encoding.DER), HOST, BENCH, certificates.trusted()
    )

    assert refused == "unknown_ca"


def test_an_authoritys_own_certificate_is_no_servers() -> None:
    """It is signed by the trusted one, and yet not made for this."""
    own = x509.load_pem_x509_certificate(certificates.trusted().encode())

    refused = certificates.refusal(
        own.public_bytes(Encoding.DER), HOST, BENCH, certificates.trusted()
    )

    assert refused == "unknown_ca"


@given(st.binary(max_size=200))
def test_what_is_no_certificate_is_refused(noise: bytes) -> None:
    """And breaks nothing."""
    assert certificates.refusal(noise, HOST, BENCH, certificates.trusted()) == "unknown_ca"


def test_a_torn_certificate_is_refused() -> None:
    """Wherever it was torn or spoilt."""
    leaf = shown("good")

    for at in range(0, len(leaf), 7):
        torn, spoilt = leaf[:at], leaf[:at] + bytes([leaf[at] ^ 0x20]) + leaf[at + 1 :]
        for broken in (torn, spoilt):
            assert certificates.refusal(broken, HOST, BENCH, certificates.trusted()) != ""


def test_certificates_are_all_of_the_same_length() -> None:
    """So that a run's bytes do not depend on chance."""
    lengths = {len(shown(kind)) for kind in ("good", "expired", "not_yet_valid")}

    assert len(lengths) == 1


def test_an_authority_that_is_kept_is_the_same_in_another_process(tmp_path: Path) -> None:
    """A terminal that was told of it once accepts what the next run shows; its key is private."""
    script = (
        "import sys; from pathlib import Path; from harness.links import certificates as c; "
        "c.keep_authority(Path(sys.argv[1])); print(c.trusted())"
    )

    def told(folder: Path) -> str:
        ran = subprocess.run(
            [sys.executable, "-c", script, str(folder)],
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        return ran.stdout

    first, again, other = (told(tmp_path / name) for name in ("a", "a", "b"))

    assert first == again != other
    assert "BEGIN CERTIFICATE" in first
    assert (tmp_path / "a" / "authority.key").stat().st_mode & 0o077 == 0
