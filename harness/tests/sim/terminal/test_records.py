"""Sealed lines: a torn one is never taken for another."""

from hypothesis import given
from hypothesis import strategies as st

from harness.sim.terminal.records import (
    Entry,
    Pending,
    read_journal,
    seal,
    seal_record,
    unseal,
    unseal_record,
)

ENTRIES = st.builds(
    Entry,
    stan=st.integers(1, 999999),
    batch=st.integers(1, 999999),
    amount=st.integers(0, 10**12 - 1),
    pan=st.just("999999***0014"),
    outcome=st.sampled_from(["approved", "declined", "failed", "reversed"]),
)


@given(ENTRIES)
def test_a_record_survives_the_flash(entry: Entry) -> None:
    """What was sealed is what is read."""
    assert unseal_record(Entry, seal_record(entry)) == entry


@given(ENTRIES, st.data())
def test_a_torn_line_is_no_record(entry: Entry, draw: st.DataObject) -> None:
    """No proper beginning of a line passes for the line."""
    line = seal_record(entry)
    cut = draw.draw(st.integers(0, len(line) - 1))

    assert unseal(line[:cut]) is None
    assert unseal(line[:cut] + b"\xff" * (len(line) - cut)) is None


@given(st.lists(ENTRIES, max_size=5), st.data())
def test_a_journal_cut_anywhere_keeps_its_whole_lines(
    entries: list[Entry], draw: st.DataObject
) -> None:
    """Before the cut nothing is lost, nothing counts as damaged, and a torn tail is noticed."""
    lines = [seal_record(entry) for entry in entries]
    held = b"".join(lines)
    cut = draw.draw(st.integers(0, len(held)))

    read, damaged, torn = read_journal(held[:cut])

    whole = next(
        n for n in range(len(lines) + 1) if len(b"".join(lines[: n + 1])) > cut or n == len(lines)
    )
    assert read == entries[:whole]
    assert damaged == 0
    assert torn == (cut != len(b"".join(lines[:whole])))


def test_a_damaged_line_in_the_middle_is_counted() -> None:
    """A loss with good entries behind it is no torn tail."""
    good = seal(1), seal_record(Entry(2, 1, 3, "", "approved"))
    spoilt = good[1].replace(b"approved", b"aqproved")

    read, damaged, torn = read_journal(spoilt + good[1])

    assert [entry.stan for entry in read] == [2]
    assert (damaged, torn) == (1, False)


def test_a_pending_sale_does_not_show_its_card() -> None:
    """The repr has the masked number only."""
    shown = repr(Pending(1, 1, 100, "9999990000000014", "999999***0014"))

    assert "9999990000000014" not in shown
    assert "999999***0014" in shown
