"""DES keys, check values, the MAC: against published values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import mac


def test_des_is_des() -> None:
    """The classic DES example (FIPS 46 worked example key 133457799BBCDFF1)."""
    key, plain = bytes.fromhex("133457799BBCDFF1"), bytes.fromhex("0123456789ABCDEF")

    assert mac.encrypt(key, plain).hex().upper() == "85E813540F0AB405"
    assert mac.decrypt(key, mac.encrypt(key, plain)) == plain


@pytest.mark.parametrize(
    ("key", "check"),
    [("11111111111111111111111111111111", "82E13665"), ("0000000000000000", "8CA64DE9")],
)
def test_published_check_values(key: str, check: str) -> None:
    """Well-known check values: all ones as two-key triple DES, all zeros as DES."""
    assert mac.kcv(bytes.fromhex(key)).hex().upper() == check


def test_the_steps_of_the_published_mac() -> None:
    """The fold 7761343619AC6492-style text is encrypted twice: U begins with the MAC."""
    fold = bytes.fromhex("3761343619AC6492")

    assert mac.mac(bytes.fromhex("0723C80DB5F4CD3D"), fold) == b"B3A092AE"


@given(st.binary(max_size=64))
def test_a_mac_is_eight_hex_characters(covered: bytes) -> None:
    """Any input gives 8 upper-case hex characters, and zero padding does not change it."""
    key = bytes(range(16))

    sign = mac.mac(key, covered)

    assert len(sign) == 8
    assert sign == mac.mac(key, covered + bytes(-len(covered) % 8))
    assert int(sign, 16) >= 0


def test_a_key_of_another_size_is_refused() -> None:
    """Only 8, 16 and 24 bytes are DES keys."""
    with pytest.raises(ValueError, match="not 5"):
        mac.kcv(b"12345")
