"""Sales on the whole terminal: chip and stripe, declines, cuts at every point, lost answers."""

import pytest

from harness.sim.terminal.firmware import Firmware
from harness.tests.sim.terminal.stage import Stage


def begin(stage: Stage) -> None:
    """Powered, ready, registered."""
    stage.power()
    assert stage.ready()
    stage.register.sign_on()


def ledger(stage: Stage) -> dict[int, str]:
    """The host's truth, by trace number."""
    return {entry.key.stan: str(entry.status) for entry in stage.host.ledger}


def journal(stage: Stage) -> dict[int, str]:
    """The terminal's own books, as its console tells them."""
    before = len(stage.of("journal_entry"))
    stage.console.ask_journal()
    assert stage.until(lambda: bool(stage.of("journal_end")), 5.0)
    return {row["stan"]: row["outcome"] for row in stage.of("journal_entry")[before:]}


def test_a_chip_sale_is_approved_printed_and_booked() -> None:
    """Register, receipt, journal and host agree."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        result = stage.sell(1234)
        assert (result.outcome, result.amount) == ("approved", 1234)
        assert stage.of("printed", outcome="approved")[0]["stan"] == result.stan
        assert journal(stage) == ledger(stage) == {result.stan: "approved"}
        assert stage.of("card_read") == [{"entry": "chip", "pan": "999999***0014"}]

    stage.play(story)


def test_a_stripe_sale_is_sent_as_one() -> None:
    """The entry mode is the stripe's; this card is one the issuer declines."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        result = stage.sell(500, "stripe")
        assert (result.outcome, result.cause, result.code) == ("declined", "card_declined", "33")
        assert stage.of("card_read")[0]["entry"] == "stripe"
        assert stage.of("declined")[0]["stan"] == result.stan
        assert not stage.of("reversal_sent")

    stage.play(story)


@pytest.mark.parametrize("at", ["card_read", "reversal_saved", "answer_received", "printing"])
@pytest.mark.parametrize("after", [0.0, 0.01, 0.03, 0.06, 0.1, 0.2])
def test_a_cut_anywhere_leaves_one_truth(at: str, after: float) -> None:
    """P0 to P8: journal and host agree once the terminal is back, and the register can ask."""
    stage = Stage(seed=int(after * 1000) + 1)

    def cut() -> None:
        assert stage.until(lambda: bool(stage.of(at)), 100.0)
        wanted = {"mti": "0210"} if at == "answer_received" else {}
        assert stage.until(lambda: bool(stage.of(at, **wanted)), 100.0)
        stage.clock.sleep(after)
        stage.power(0.0)
        stage.clock.sleep(1.0)
        stage.power()

    def story() -> None:
        begin(stage)
        stage.clock.spawn("cut", cut)
        result = stage.sell(1000)
        assert result.outcome == "unknown"
        assert stage.ready(200.0)
        told = stage.register.last_result()
        books, truth = journal(stage), ledger(stage)
        assert {stan for stan, end in truth.items() if end == "approved"} == {
            stan for stan, end in books.items() if end == "approved"
        }
        if told is not None and told.stan is not None:
            assert (told.outcome == "approved") == (books.get(told.stan) == "approved")
        assert stage.sell(700).outcome == "approved"

    stage.play(story)


def test_a_lost_answer_is_reversed_before_the_next_sale() -> None:
    """No answer: 0400 with the same number and reason 98, and only then the next 0200."""
    stage = Stage(response=10.0)

    def story() -> None:
        begin(stage)
        stage.misbehave("drop", "0200", times=1)
        lost = stage.sell(1000)
        assert (lost.outcome, lost.cause, lost.code) == ("failed", "host_silent", "A1")
        again = stage.sell(2000)
        assert again.outcome == "approved"
        order = [row["mti"] for row in stage.of("request_sent") if row["mti"] in ("0200", "0400")]
        assert order == ["0200", "0400", "0200"]
        assert sorted(ledger(stage).values()) == ["approved", "reversed"]

    stage.play(story)


def test_a_bad_mac_is_reversed_and_the_keys_are_renewed() -> None:
    """P5: no approval, reversal, and a sign-on before the next sale."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.misbehave("corrupt", "0200", times=1)
        result = stage.sell(1000)
        assert (result.outcome, result.cause) == ("failed", "bad_mac")
        assert stage.ready(60.0)
        assert list(ledger(stage).values()) == ["reversed"]
        assert len(stage.of("request_sent", mti="0800")) == 2
        assert not stage.of("printed", outcome="approved")

    stage.play(story)


@pytest.mark.parametrize("act", ["wrong_stan", "truncate", "reset", "duplicate"])
def test_a_strange_answer_never_charges_twice(act: str) -> None:
    """N-2: whatever the host does to its answer, books and ledger agree in the end."""
    stage = Stage(response=10.0)

    def story() -> None:
        begin(stage)
        stage.misbehave(act, "0200", times=1)
        stage.sell(1000)
        stage.clock.sleep(60.0)
        assert stage.ready(60.0)
        charged = {stan for stan, end in ledger(stage).items() if end == "approved"}
        assert charged == {stan for stan, end in journal(stage).items() if end == "approved"}
        assert stage.sell(500).outcome == "approved"

    stage.play(story)


def test_reversals_that_nobody_answers_are_kept_and_said() -> None:
    """N-5: after the tries the operator is told, the record stays, and it clears later."""
    stage = Stage(response=10.0, reversal_response=5.0)

    def story() -> None:
        begin(stage)
        stage.misbehave("drop", "0200", times=1)
        stage.misbehave("ignore", "0400", times=4)
        stage.sell(1000)
        assert stage.until(lambda: bool(stage.of("detected", cause="reversal_pending")), 120.0)
        assert stage.ready(180.0)
        assert list(ledger(stage).values()) == ["reversed"]
        assert len(stage.of("reversal_sent")) == 5

    stage.play(story)


def test_no_sale_goes_out_while_a_reversal_cannot() -> None:
    """Invariant 4 under a host that is deaf to 0400: the next sale is refused."""
    stage = Stage(response=10.0, reversal_response=5.0)

    def story() -> None:
        begin(stage)
        stage.misbehave("drop", "0200", times=1)
        stage.misbehave("ignore", "0400")
        stage.sell(1000)
        refused = stage.sell(2000)
        assert refused.outcome == "failed"
        assert len(stage.of("request_sent", mti="0200")) == 1

    stage.play(story)


def test_a_card_that_is_pulled_undoes_the_approval() -> None:
    """K-2: said within a second, told to the register, and reversed."""
    stage = Stage()

    def pull() -> None:
        assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 100.0)
        stage.slot.remove()

    def story() -> None:
        begin(stage)
        stage.clock.spawn("pull", pull)
        result = stage.sell(1000)
        assert (result.outcome, result.cause) == ("failed", "card_removed")
        assert stage.ready(60.0)
        assert list(ledger(stage).values()) == ["reversed"]
        assert len(stage.of("detected", cause="card_removed")) == 1

    stage.play(story)


@pytest.mark.parametrize(
    ("card", "cause"),
    [("mute", "card_mute"), ("silent", "card_mute"), ("bad_atr", "card_bad_atr"),
     ("bad_ts", "card_bad_atr")],
)  # fmt: skip
def test_a_bad_chip_is_tried_three_times_and_named(card: str, cause: str) -> None:
    """K-3, K-4: three tries, the true cause, nothing sent, and a good card works at once."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        result = stage.sell(1000, card)
        assert (result.outcome, result.cause) == ("failed", cause)
        assert len(stage.of("ecr_status", code="0C")) == 3
        assert not stage.of("request_sent", mti="0200")
        assert stage.sell(1000).outcome == "approved"

    stage.play(story)


def test_nobody_comes() -> None:
    """Without a card the sale ends by itself and costs nothing."""
    stage = Stage(card_wait=5.0)

    def story() -> None:
        begin(stage)
        result = stage.sell(1000, None)
        assert (result.outcome, result.cause) == ("failed", "timed_out")
        assert not stage.of("request_sent", mti="0200")

    stage.play(story)


def test_an_unacknowledged_result_is_reversed() -> None:
    """P12: the sale does not stand without the register's acknowledgement."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.register_port.deaf_to = bytes.fromhex("040F")
        stage.sell(1000)
        stage.register_port.deaf_to = b"never"
        assert stage.ready(60.0)
        assert list(ledger(stage).values()) == ["reversed"]

    stage.play(story)


def test_a_full_batch_must_be_settled_first() -> None:
    """Invariant 20: refused with batch_full; after the settlement it sells again."""
    stage = Stage()
    limits = stage.terminal.personality.limits
    object.__setattr__(limits, "batch_size", 1)

    def story() -> None:
        begin(stage)
        assert stage.sell(1000).outcome == "approved"
        full = stage.sell(2000)
        assert (full.outcome, full.cause) == ("failed", "batch_full")
        assert stage.register.settle().outcome == "approved"
        assert stage.ready(60.0)
        assert stage.sell(3000).outcome == "approved"
        batches = {entry.key.batch for entry in stage.host.ledger}
        assert len(batches) == 2

    stage.play(story)


def test_no_part_is_replaced_by_one_that_is_not_there() -> None:
    """A defect that names a part wrongly is an error, not a firmware without a bug."""
    with pytest.raises(LookupError, match=r"did you mean .Payment"):
        Firmware.with_parts(Paiment=object)


@pytest.mark.parametrize(
    ("code", "outcome", "cause"),
    [("51", "declined", "card_declined"), ("54", "declined", "card_expired"),
     ("91", "failed", "host_error"), ("96", "failed", "host_error"), ("98", "failed", "host_error"),
     ("77", "failed", "batch_full"), ("97", "failed", "terminal_disabled"),
     ("99", "failed", "not_signed_on"), ("A0", "failed", "not_signed_on")],
)  # fmt: skip
def test_an_answer_code_is_told_as_what_it_is(code: str, outcome: str, cause: str) -> None:
    """N-3: only the issuer's no is a decline; no code but silence leads to a reversal."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.misbehave("answer", "0200", times=1, code=code)
        result = stage.sell(1000)
        assert (result.outcome, result.cause) == (outcome, cause)
        assert not stage.of("reversal_sent")
        assert stage.ready(60.0)
        assert stage.sell(500).outcome == "approved"

    stage.play(story)
