"""Short messages: the PDU of TS 23.040 and the store."""

from datetime import datetime, timedelta, timezone

from harness.sim.messages import Message, MessageStore, text_time

WHEN = datetime(2026, 3, 2, 8, 5, 9, tzinfo=timezone(timedelta(hours=8)))
WEST = datetime(2026, 3, 2, 8, 5, 9, tzinfo=timezone(timedelta(hours=-5)))


def test_a_message_is_spelt_as_a_deliver_pdu() -> None:
    """Alphanumeric sender (type D0, packed), UCS2 body, swapped time stamp."""
    length, pdu = Message("Design", "Hi", WHEN).pdu()

    assert pdu == (
        "00"  # no service centre
        "04"  # SMS-DELIVER, no more messages
        "0BD0C4F23C7D7603"  # 11 semi-octets: D e s i g n, 7 bits each
        "0008"  # protocol, UCS2
        "62302080509023"  # 26/03/02 08:05:09 +32 quarters
        "0400480069"
    )
    assert length == (len(pdu) - 2) // 2


def test_times_carry_their_zone_in_quarter_hours() -> None:
    """East and west."""
    assert text_time(WHEN) == "26/03/02,08:05:09+32"
    assert text_time(WEST) == "26/03/02,08:05:09-20"
    assert Message("A", "", WEST).pdu()[1].endswith("623020805090" + "0A" + "00")


def test_a_full_store_misses_messages() -> None:
    """Places are filled from the lowest; what does not fit is lost and counted."""
    store = MessageStore(2)
    kept = [store.keep(Message("A", "x", WHEN)) for _ in range(3)]
    del store.kept[1]

    assert kept == [1, 2, None]
    assert store.missed == 1
    assert store.keep(Message("A", "x", WHEN)) == 1
