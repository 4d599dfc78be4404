"""Short messages: the PDU of TS 23.040, parts, and the store."""

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from harness.sim.modems.messages import GSM, Message, MessageStore, pack, split, text_time

WHEN = datetime(2026, 3, 2, 8, 5, 9, tzinfo=timezone(timedelta(hours=8)))
WEST = datetime(2026, 3, 2, 8, 5, 9, tzinfo=timezone(timedelta(hours=-5)))


def test_a_message_that_gsm_cannot_spell_goes_as_ucs2() -> None:
    """Alphanumeric sender (type D0, packed), UCS2 body, swapped time stamp."""
    length, pdu = Message("Design", "Ж!", WHEN).pdu()

    assert pdu == (
        "00"  # no service centre
        "04"  # SMS-DELIVER, no more messages
        "0BD0C4F23C7D7603"  # 11 semi-octets: D e s i g n, 7 bits each
        "0008"  # protocol, UCS2
        "62302080509023"  # 26/03/02 08:05:09 +32 quarters
        "0404160021"
    )
    assert length == (len(pdu) - 2) // 2


def test_a_message_that_gsm_can_spell_is_packed() -> None:
    """Ten letters as TS 23.038, 6.1.2.1 packs them, its length in septets."""
    assert Message("A", "Akku leer!", WHEN).pdu()[1].endswith("0A" + "C1F5BA0E6297CBF210")
    assert pack([0x31, 0x32]).hex() == "3119"


def test_times_carry_their_zone_in_quarter_hours() -> None:
    """East and west."""
    assert text_time(WHEN) == "26/03/02,08:05:09+32"
    assert text_time(WEST) == "26/03/02,08:05:09-20"
    assert Message("A", "", WEST).pdu()[1].endswith("623020805090" + "0A" + "00")


@given(st.text(alphabet=GSM.replace("\n", "").replace("\r", "") + "Жλ", max_size=500))
def test_a_long_message_goes_in_parts_that_fit(text: str) -> None:
    """Nothing is lost, no part is longer than 140 octets, all have one reference."""
    parts = split("Carrier", text, WHEN, 300)

    assert "".join(part.text for part in parts) == text
    for number, part in enumerate(parts, 1):
        _, pdu = part.pdu()
        head = 2 * (1 + 1 + 2 + 7 + 1 + 1 + 7)  # up to the length: centre, type, sender, ...
        assert len(pdu) - head - 2 <= 280
        assert part.part == ((300 % 256, len(parts), number) if len(parts) > 1 else None)


def test_the_second_part_begins_on_a_septet() -> None:
    """After six octets of header one bit is left over (TS 23.040, 9.2.3.24)."""
    _, pdu = split("A", "x" * 161, WHEN, 7)[1].pdu()

    assert pdu[2:4] == "44"  # a header is there
    assert pdu.endswith("0F" + "050003070202" + "F0783C1E8FC7E301")  # x is 78: one bit to the left


def test_a_full_store_misses_messages() -> None:
    """Places are filled from the lowest; what does not fit is lost and counted."""
    store = MessageStore(2)
    kept = [store.keep(Message("A", "x", WHEN)) for _ in range(3)]
    full = store.full
    del store.kept[1]

    assert kept == [1, 2, None]
    assert full
    assert store.missed == 1
    assert store.keep(Message("A", "x", WHEN)) == 1
