"""ATRs and commands against ISO/IEC 7816."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.wire import emv

T0 = bytes.fromhex("3B 68 00 00 48 49 4C 2D 54 45 53 54")
T1 = bytes.fromhex("3B E8 00 00 81 31 FE 45 48 49 4C 2D 54 45 53 54 95")


def test_a_t0_atr_has_no_check_byte() -> None:
    """Without a TD the protocol is T=0, and TCK is absent."""
    assert emv.parse_atr(T0) == emv.Atr("direct", (0,), {"TB1": 0, "TC1": 0}, b"HIL-TEST")


def test_a_t1_atr_adds_up() -> None:
    """All bytes from T0 to TCK add up to zero by exclusive or."""
    atr = emv.parse_atr(T1)

    assert atr.protocols == (1,)
    assert atr.interface["TA3"] == 0xFE
    assert emv.with_tck(T1[:-1]) == T1


@pytest.mark.parametrize(
    "atr",
    [
        b"",
        T0[:1],
        b"\x3d" + T0[1:],  # TS
        b"\xff" * 8,
        T0[:-1],  # cut off
        T0 + b"\x00",  # a tail
        T1[:-1] + b"\x94",  # TCK
        T1[:-1],  # TCK missing
        T1[:4],  # cut off in the interface bytes
        T0[:2] + bytes(40),
    ],
)
def test_a_wrong_atr_is_garbled(atr: bytes) -> None:
    """A wrong TS, TCK or length is refused, which some middleware is known not to do."""
    with pytest.raises(Garbled, match="ATR"):
        emv.parse_atr(atr)


def test_the_waiting_time_comes_from_tc2() -> None:
    """WI is ten unless TC2 says otherwise."""
    with_tc2 = bytes.fromhex("3B 80 40 05")  # TD1 = 40: T=0, TC2 = 5

    assert emv.parse_atr(T0).waiting_time == 9600
    assert emv.parse_atr(with_tc2).waiting_time == 4800


def test_two_protocols_are_offered_in_order() -> None:
    """T=0 first and T=1 after it; T=15 is no protocol."""
    atr = emv.with_tck(bytes.fromhex("3B 80 80 81 1F 00"))

    assert emv.parse_atr(atr).protocols == (0, 1)


@given(st.binary(max_size=40))
def test_noise_is_read_or_garbled(octets: bytes) -> None:
    """No input raises anything but Garbled."""
    for read in (emv.parse_atr, emv.Command.from_bytes, emv.read_dol, emv.read_afl):
        with suppress(Garbled):
            read(octets)


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (emv.select(b"1PAY.SYS.DDF01"), "00A4040E00"),
        (emv.read_record(1, 2), "00B2020C00"),
        (emv.get_options(), "80A8000002830000"),
    ],
)
def test_commands_are_written_as_the_standard_says(command: bytes, octets: str) -> None:
    """CLA INS P1 P2 Lc data Le."""
    if command[1] == 0xA4:
        octets = "00A404000E" + b"1PAY.SYS.DDF01".hex() + "00"

    assert command.hex().upper() == octets.upper()
    assert emv.Command.from_bytes(command).to_bytes() == command


@pytest.mark.parametrize("octets", ["00A404", "00A4040002F0", "00A4040001F0F0F0", "00A404000000"])
def test_a_command_whose_length_does_not_add_up_is_garbled(octets: str) -> None:
    """Too short, too long, or an Lc of zero with data."""
    with pytest.raises(Garbled):
        emv.Command.from_bytes(bytes.fromhex(octets))


def test_a_dol_is_filled_with_values_of_its_own_lengths() -> None:
    """Missing values are zeros, short numbers are filled on the left."""
    dol = bytes.fromhex("9F02 06 95 05 9A 03")

    filled = emv.fill_dol(dol, {0x9F02: b"\x12\x34", 0x9A: bytes.fromhex("261122")})

    assert filled.hex() == "0000000012340000000000261122"
    with pytest.raises(Garbled):
        emv.read_dol(b"\x9f\x02")


def test_an_afl_names_its_records() -> None:
    """Four bytes per file: number, first and last record, and how many are authenticated."""
    assert emv.read_afl(bytes.fromhex("08010200 10030300")) == [(1, 1), (1, 2), (2, 3)]
    with pytest.raises(Garbled):
        emv.read_afl(b"\x08\x01")
