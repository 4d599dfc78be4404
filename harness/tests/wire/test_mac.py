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


def test_sm4_is_sm4() -> None:
    """The example of GB/T 32907-2016, annex A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    secret = bytes.fromhex("681edf34d206965e86b3e94f536e4246")

    assert mac.encrypt(key, key, "sm4") == secret
    assert mac.decrypt(key, secret, "sm4") == key
    assert mac.kcv(key, "sm4") == mac.encrypt(key, bytes(16), "sm4")[:4]


def test_the_steps_of_the_sm4_mac() -> None:
    """As with DES, in blocks of 16: fold, hex, encrypt, XOR, encrypt, 8 hex characters."""
    key, covered = bytes(range(16)), bytes(range(40))
    three = (covered[:16], covered[16:32], covered[32:].ljust(16, b"\0"))
    fold = bytes(a ^ b ^ c for a, b, c in zip(*three, strict=True))
    text = fold.hex().upper().encode()
    mixed = bytes(a ^ b for a, b in zip(mac.encrypt(key, text[:16], "sm4"), text[16:], strict=True))

    assert mac.mac(key, covered, "sm4") == mac.encrypt(key, mixed, "sm4").hex().upper().encode()[:8]


@pytest.mark.parametrize(("method", "block"), [("des_cbc", 8), ("sm4_cbc", 16)])
def test_a_chained_mac_is_that_of_iso_9797(method: mac.Method, block: int) -> None:
    """Algorithm 1, padding 1: CBC with zeros, the last block's left 8 bytes."""
    key, covered = bytes(range(16)), bytes(range(50))
    last = bytes(block)
    for at in range(0, 50, block):
        piece = covered[at : at + block].ljust(block, b"\0")
        mixed = bytes(a ^ b for a, b in zip(last, piece, strict=True))
        last = mac.encrypt(key, mixed, method)

    assert mac.mac(key, covered, method) == last[:8]


def test_a_chained_mac_is_what_others_make_of_it() -> None:
    """The figure that psec publishes for its CBC MAC with two-key triple DES, padding 1."""
    key = bytes.fromhex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB")

    assert mac.mac(key, b"hello world", "des_cbc").hex().upper() == "68D9038F23360DF3"


@pytest.mark.parametrize(
    ("key", "covered", "sign"),
    [
        (8 * "41" + 8 * "42", b"hello world", "3DDE5C5511661CBF"),
        ("0123456789ABCDEFFEDCBA9876543210", b"Now is the time for all ", "A1C72E74EA3FA9B6"),
        ("7CA110454A1A6E570131D9619DC1376E", b"Hello World !!!!", "F09B856213BAB83B"),
    ],
)
def test_a_retail_mac_is_what_others_make_of_it(key: str, covered: bytes, sign: str) -> None:
    """Figures that psec, ISO/IEC 9797-1 (annex B) and Bouncy Castle publish for algorithm 3."""
    assert mac.mac(bytes.fromhex(key), covered, "des_retail").hex().upper() == sign


@given(st.binary(max_size=64))
def test_a_retail_mac_under_one_key_twice_is_the_chained_one(covered: bytes) -> None:
    """ANSI X9.19: what X9.9 makes of it, where both halves of the key are the same."""
    key = bytes(range(8))

    assert mac.mac(2 * key, covered, "des_retail") == mac.mac(key, covered, "des_cbc")
    assert mac.mac(key, covered, "des_retail") == mac.mac(key, covered, "des_cbc")


def test_an_sm4_key_of_another_size_is_refused() -> None:
    """It has 16 bytes and no other size."""
    with pytest.raises(ValueError, match="16 bytes"):
        mac.encrypt(bytes(8), bytes(16), "sm4")
