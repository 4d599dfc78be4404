"""Keys are found in what passes by, by their check values alone."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import mac
from harness.wire.key_ring import KeyRing

KEY = bytes.fromhex("0723C80DB5F4CD3D")
DOUBLE = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


def knowing(*checks: bytes) -> KeyRing:
    """A ring with these check values."""
    ring = KeyRing()
    ring.learn(check.hex() for check in checks)
    return ring


@pytest.mark.parametrize(
    "shown",
    [
        KEY.hex(), KEY.hex().upper(), KEY.hex(" "), KEY.hex(":"), KEY.hex("-"),
        f"{'00' * 8}{KEY.hex()}", f"{KEY.hex()}{'5A' * 16}", KEY.hex(","), ", ".join(
            f"{octet:02x}" for octet in KEY), base64.b64encode(KEY).decode(),
    ],
)  # fmt: skip
def test_a_key_in_hex_is_hidden(shown: str) -> None:
    """However it is written, and behind or before another one."""
    text, found = knowing(mac.kcv(KEY)).hide(f"mak={shown} ok")

    assert text == "mak=*** ok"
    assert found == [mac.kcv(KEY).hex()]


@pytest.mark.parametrize("between", [" 0x", ",0x", ", 0x", "\\x"])
def test_a_key_as_a_program_has_it_is_hidden(between: str) -> None:
    """An array of C, a string of Python; what stands before its first byte stays."""
    shown = between.join(f"{octet:02X}" for octet in KEY)
    text, found = knowing(mac.kcv(KEY)).hide(f"mak=0x{shown};")

    assert text == "mak=0x***;"
    assert found == [mac.kcv(KEY).hex()]


def test_a_double_key_in_base64_is_hidden() -> None:
    """Two signs of padding; a longer word that holds such a one is none."""
    shown = base64.b64encode(DOUBLE).decode()
    ring = knowing(mac.kcv(DOUBLE))

    assert ring.hide(f"k={shown}") == ("k=***", [mac.kcv(DOUBLE).hex()])
    assert ring.hide(f"A{shown}")[1] == []


@pytest.mark.parametrize("method", ["des", "sm4"])
def test_a_key_of_sixteen_bytes_is_found_by_either_cipher(method: mac.Method) -> None:
    """And by the first three bytes of its check value, where no more is told."""
    check = mac.kcv(DOUBLE, method)[:3]

    assert knowing(check).hide(DOUBLE.hex()) == ("***", [check.hex()])


@given(st.binary(min_size=8, max_size=40))
def test_what_is_no_key_stays(octets: bytes) -> None:
    """Dumps, digests, trace numbers; and without a check value everything."""
    text = f"12:00:00 I net: {octets.hex()}"

    assert knowing(mac.kcv(DOUBLE)).hide(text) == (text, [])
    assert KeyRing().hide(text) == (text, [])


def test_what_is_no_check_value_is_not_learnt() -> None:
    """A host of somebody else's may call anything so; a byte or two fit by chance."""
    ring = KeyRing()

    ring.learn(["", "no", "fa", mac.kcv(KEY).hex()[:4], "xyzxyz", 7])  # type: ignore[list-item]

    assert ring.hide(KEY.hex()) == (KEY.hex(), [])
