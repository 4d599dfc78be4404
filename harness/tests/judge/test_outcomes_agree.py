"""``outcomes_agree``: what a register hears when it asks afterwards counts like an answer."""

from typing import Any

import pytest

from harness.tests.judge.story import PAN, Fits, Story, always, fails, passes

WORD = "outcomes_agree"


def asked_afterwards(**told: Any) -> Story:
    """A sale of 12.34 whose answer was lost, and what the terminal says of it then."""
    tale = always(WORD).sale("first", 1)
    tale.rows[-1].fields["outcome"] = "unknown"
    tale.engine("sale_resolved", sale="first", outcome="approved", by="resync", stan=1, **told)
    return tale.end()


@pytest.mark.parametrize("told", [{}, {"told": 1234, "pan": PAN, "currency": "156"}])
def test_a_resync_of_what_stands_holds(told: dict[str, Any]) -> None:
    """Also where it tells no more than that it stands."""
    assert passes(asked_afterwards(**told).clause(WORD))


@pytest.mark.parametrize("told", [{"told": 123}, {"pan": "999999******0022"}, {"currency": "978"}])
def test_a_resync_of_something_else_breaks_it(told: dict[str, Any]) -> None:
    """A register books what it hears last."""
    assert fails(asked_afterwards(**told).clause(WORD))


@pytest.mark.parametrize("outcome", ["not_done", "unknown"])
def test_what_a_resync_says_of_another_one_is_not_its(outcome: str) -> None:
    """Its last transaction is an older one, or nobody knows."""
    tale = always(WORD).sale("first", 1)
    tale.engine("sale_started", sale="second", amount=700, currency="CNY", card="chip")
    tale.ended("second", "unknown")
    tale.engine("sale_resolved", sale="second", outcome=outcome, by="resync", stan=1)

    assert passes(tale.end().clause(WORD))


def refused_afterwards(journal: str, *, before: bool = True, heard: bool = False) -> Story:
    """A refund that is approved without an answer, and refused when it is told again.

    The register is told ``before`` that; or behind it, but before the terminal has ``heard`` it.
    """
    tale = always(WORD, "exactly_once")
    tale.engine("sale_started", sale="back", what="refund", amount=700, currency="CNY")
    facts = {"stan": 1, "batch": 1, "tid": "HIL00001", "amount": 700, "of": "back"}
    refusal = {"mti": "0230", "stan": 1, "response": "57"}
    tale.host("request_received", mti="0220", processing="200000", **facts)
    if not before:
        tale.host("answered", **refusal)
    tale.terminal("approved", stan=1, amount=700, of="back")
    tale.ended("back", "approved", stan=1)
    if heard:
        tale.terminal("answer_received", **refusal)
    if before:
        tale.host("answered", **refusal)
    if journal:
        tale.journal[1] = {"batch": 1, "outcome": journal, "amount": 700, "what": "refund"}
    tale.ledger[1] = {"batch": 1, "status": "declined", "amount": 700, "entry": "refund"}
    return tale.end()


@pytest.mark.parametrize("journal", ["declined", ""])
def test_what_was_said_before_a_refusal_was_right_then(journal: str) -> None:
    """An advice stands until the host says no; then the journal knows, or has it no more."""
    assert all(passes(row) for row in refused_afterwards(journal).verdict().clauses)


@pytest.mark.parametrize(("late", "fits"), [(False, passes), (True, fails)])
def test_a_receipt_says_what_was_so_when_it_was_begun(late: bool, fits: Fits) -> None:
    """A slow printer has not done yet when the refusal comes."""
    tale = refused_afterwards("declined")
    begun = {"stan": 1, "amount": 700, "outcome": "approved", "copy": False, "of": "back"}
    kinds = [row.kind for row in tale.rows]
    tale.now = tale.rows[kinds.index("answered")].t + (0.01 if late else -0.01)
    tale.terminal("printing", **begun)
    tale.now = tale.rows[kinds.index("answered")].t + 0.02
    tale.terminal("printed", **begun)
    tale.rows.sort(key=lambda row: row.t)

    assert fits(tale.clause("exactly_once"))


@pytest.mark.parametrize(("last", "fits"), [("declined", passes), ("approved", fails)])
def test_the_journal_s_last_word_on_an_advice_counts(last: str, fits: Fits) -> None:
    """It was written when the refund was approved, and again when the host refused it."""
    tale = always("advices_once")
    tale.host("request_received", mti="0220", stan=1, batch=1, tid="HIL00001", amount=700,
              processing="200000")  # fmt: skip
    tale.host("answered", mti="0230", stan=1, response="57")
    for outcome in ("approved", last):
        row = {"stan": 1, "batch": 1, "amount": 700, "what": "refund", "outcome": outcome}
        tale.terminal("journal_entry", **row)
    tale.terminal("journal_end", entries=2, damaged=0)
    tale.host("ledger_end", entries=0)
    tale.engine("at_rest", confirmed="console")
    tale.engine("run_ended", reason="rest")

    assert fits(tale.clause("advices_once"))


def test_a_refusal_counts_from_when_the_terminal_hears_it() -> None:
    """The host's answer was on its way while the register was told."""
    tale = refused_afterwards("declined", before=False, heard=True)

    assert all(passes(row) for row in tale.verdict().clauses)


def test_without_a_journal_nobody_can_say_whether_a_refusal_was_heeded() -> None:
    """The register was told before it, and hears no more of it."""
    told = ("journal_entry", "journal_end")
    tale = refused_afterwards("approved").drop(lambda row: row.kind in told)

    assert not any(fails(row) for row in tale.verdict().clauses)


@pytest.mark.parametrize(
    ("journal", "before"), [("approved", True), ("declined", False), ("", False)]
)
def test_a_refusal_that_nobody_heeds_breaks_it(journal: str, before: bool) -> None:
    """The journal has it approved, or the register was told so behind the refusal."""
    assert any(fails(row) for row in refused_afterwards(journal, before=before).verdict().clauses)


def printed(first: str, second: str, deal: str = "") -> Story:
    """Two sales with codes 111111 and 222222, and what the register printed of them."""
    tale = always(WORD)
    more: dict[str, Any] = {"what": deal} if deal else {}
    for stan, (name, text) in enumerate((("first", first), ("second", second)), 1):
        tale.sale(name, stan, **(more if stan == 2 else {}))
        tale.host("answered", mti="0210", stan=stan, response="00", auth=f"{stan}" * 6)
        tale.receipt(stan, text=f"TERMINAL 222222\n{text}\nAPPROVED")
    return tale.end()


@pytest.mark.parametrize(
    "read", ["AUTH 222222 RRN 030200000001", "授权码 222222", "TRACE 111111", "AUTH CODE: "]
)
def test_a_receipt_has_its_own_code_or_none_that_can_be_read(read: str) -> None:
    """What is no code may look like another sale's."""
    assert passes(printed("AUTH 111111", read).clause(WORD))


def test_a_receipt_with_the_code_of_another_sale_breaks_it() -> None:
    """The cardholder's bank knows the sale by it; a void's may be that of what it takes back."""
    assert fails(printed("AUTH 111111", "AUTH 111111").clause(WORD))

    assert passes(printed("AUTH 111111", "AUTH 111111", "void").clause(WORD))
