"""The transfer of files in ZVT, against recordings of a terminal that is not ours."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.wire import zvt, zvt_files
from harness.wire.zvt_files import Block

#: Recorded between a till and a Feig cVEND (EVerest's zvt, zvt/data).
LIST = bytes.fromhex(
    "08145912345606 54 2D 0A 1D 01 23 1F 00 04 00 33 3A 47 2D 0A 1D 01 22 1F 00 04 00 00 0E 1B"
    "2D0A1D01121F0004 00 01 EB 81 2D 0A 1D 01 10 1F 00 04 00 35 16 04 2D 0A 1D 01 11 1F 00 04"
    "00 A6 77 63 2D 0A 1D 01 13 1F 00 04 00 00 04 2C 2D 0A 1D 01 14 1F 00 04 00 00 04 88"
)
FILES = {
    0x23: 3357255, 0x22: 3611, 0x12: 125825, 0x10: 3479044, 0x11: 10909539, 0x13: 1068, 0x14: 1160,
}  # fmt: skip
REQUEST = bytes.fromhex("04 0C 0D 06 0B 2D 09 1D 01 23 1E 04 00 00 FD E8")
BLOCK_HEAD = bytes.fromhex(
    "80 00 FF 41 04 06 82 04 3D 2D 82 04 39 1D 01 13 1E 04 00 00 00 00 1C 82 04 2C"
)


def test_a_list_is_written_as_it_was_recorded() -> None:
    """Byte by byte, and read back."""
    assert zvt_files.write_list(bytes.fromhex("123456"), FILES).to_bytes() == LIST
    fields = zvt.read_fields(zvt.Apdu.from_bytes(LIST).payload[zvt_files.PASSWORD :])
    assert zvt_files.read_list(fields) == FILES


def test_a_request_is_read_as_it_was_recorded() -> None:
    """File 23, from byte 65000 on."""
    apdu = zvt.Apdu.from_bytes(REQUEST)
    assert zvt_files.read_request(apdu.payload) == Block(0x23, 65000)
    assert zvt_files.write_request(Block(0x23, 65000)).to_bytes() == REQUEST


def test_a_block_is_written_as_it_was_recorded() -> None:
    """The whole file 13, 1068 bytes, in one answer."""
    said = zvt_files.write_block(Block(0x13, 0, bytes(1068))).to_bytes()
    assert said[: len(BLOCK_HEAD)] == BLOCK_HEAD
    assert len(said) == len(BLOCK_HEAD) + 1068


@given(st.integers(0, 255), st.integers(0, 2**32 - 1), st.binary(max_size=5000))
def test_what_is_written_is_read(number: int, position: int, content: bytes) -> None:
    """Any block, there and back."""
    block = Block(number, position, content)
    assert zvt_files.read_block(zvt_files.write_block(block).payload) == block


@given(st.binary(max_size=60))
def test_nonsense_is_garbled(octets: bytes) -> None:
    """Whatever comes, nothing but Garbled is raised."""
    with contextlib.suppress(Garbled):
        zvt_files.read_request(octets)
    with contextlib.suppress(Garbled):
        zvt_files.read_list(zvt.Fields({zvt.TLV_CONTAINER: octets}))


@pytest.mark.parametrize(
    "inner", ["2D 00", "2D 03 1D 01 10", "2D 07 1D 02 10 10 1E 01 00", "", "2D 05 1D 01 10 1E 00"]
)
def test_half_a_request_is_garbled(inner: str) -> None:
    """Without a number of one byte, or without a position, nobody knows what is wanted."""
    payload = zvt.write_fields({zvt.TLV_CONTAINER: bytes.fromhex(inner)})
    with pytest.raises(Garbled):
        zvt_files.read_request(payload)
