"""An update that the register hands over, by written dialogues."""

from harness.model.updates import Image, Pushable
from harness.tests.drivers.zvt_talk import ACK, dialogue

CONTENT = bytes(range(10))
#: 08 14: file 10 hex, ten bytes.
LIST = "08 14 11 000000 06 0C 2D 0A 1D 01 10 1F 00 04 0000000A"


def asks(position: int, number: int = 0x10) -> str:
    """04 0C."""
    return f"04 0C 0D 06 0B 2D 09 1D 01 {number:02X} 1E 04 {position:08X}"


def gives(position: int, content: bytes) -> str:
    """80 00 with a block."""
    size = len(content)
    return (
        f"80 00 {15 + size:02X} 06 {13 + size:02X} 2D {11 + size:02X} 1D 01 10 1E 04 {position:08X}"
        f" 1C {size:02X} {content.hex()}"
    )


def image() -> Image:
    """Ten bytes."""
    return Image("newer", len(CONTENT), lambda at, most: CONTENT[at : at + most])


def test_blocks_are_given_in_any_order_and_again() -> None:
    """The terminal is master: from the end, from the start, the same twice, then the completion."""
    talk = [
        (LIST, f"{ACK} {asks(8)}"),
        (gives(8, CONTENT[8:]), asks(0)),
        (gives(0, CONTENT[:4]), asks(0)),
        (gives(0, CONTENT[:4]), "06 0F 00"),
        (ACK, None),
    ]
    with dialogue(talk, file_block=4) as (zvt, _, _port):
        assert isinstance(zvt, Pushable)
        assert zvt.push_update(image()).outcome == "approved"


def test_what_there_is_not_is_refused() -> None:
    """Another file, a place behind the end, half a question: 84 83, and the terminal goes on."""
    half = "04 0C 04 06 02 2D 00"
    talk = [
        (LIST, f"{ACK} {asks(0, 0x11)}"),
        ("84 83 00", asks(10)),
        ("84 83 00", half),
        ("84 83 00", "06 1E 01 9A"),
        (ACK, None),
    ]
    with dialogue(talk) as (zvt, _, _port):
        result = zvt.push_update(image())

    assert (result.outcome, result.code) == ("failed", "9A")


def test_outside_a_transfer_no_file_is_given() -> None:
    """04 0C in the middle of a settlement is not possible."""
    talk = [
        ("06 50 03 000000", f"{ACK} {asks(0)}"),
        ("84 83 00", "06 0F 00"),
        (ACK, None),
    ]
    with dialogue(talk) as (zvt, _, _port):
        assert zvt.settle().outcome == "approved"


def test_a_terminal_that_takes_no_files_says_so() -> None:
    """A refusal is a result with its code."""
    with dialogue([(LIST, "84 83 00")]) as (zvt, _, _port):
        result = zvt.push_update(image())

    assert (result.outcome, result.code) == ("failed", "83")
