"""Signing on and off, operators, and what answer codes make the terminal do."""

import pytest

from harness.tests.sim.terminal.counter import Counter, begin
from harness.tests.sim.terminal.stage import Stage


def sent(stage: Stage, mti: str) -> int:
    """How many messages of a type went out."""
    return len(stage.of("request_sent", mti=mti))


def said(stage: Stage, cause: str) -> bool:
    """Whether the display names it within a second."""
    return stage.until(lambda: bool(stage.of("report", cause=cause, on="display")), 1.0)


def test_a_terminal_that_is_signed_off_sells_nothing_until_it_signs_on() -> None:
    """O-1: refused at once with guidance, also after a restart; a sign-on ends it."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        assert counter.firmware.settlement.sign_off(counter).outcome == "approved"
        for _ in range(2):
            refused = counter.make("sale", 1000)
            assert (refused.outcome, refused.cause) == ("failed", "not_signed_on")
            assert not counter.told
            assert said(stage, "not_signed_on")
            stage.power(0.0)
            stage.clock.sleep(2.0)
            stage.power()
            stage.clock.sleep(60.0)
        assert sent(stage, "0200") == 0
        assert counter.firmware.settlement.sign_on(counter).outcome == "approved"
        assert stage.ready(60.0)
        assert counter.make("sale", 1000).outcome == "approved"

    stage.play(story)


def test_a_signed_off_terminal_does_not_keep_dialling() -> None:
    """Nobody pays for a line that waits for an operator: at most a connection every 100 s."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        counter.firmware.settlement.sign_off(counter)
        before = len([row for row in stage.of("line") if " connected" in row["text"]])
        stage.clock.sleep(600.0)
        after = len([row for row in stage.of("line") if " connected" in row["text"]])
        assert after - before <= 7

    stage.play(story)


def test_sign_off_with_an_open_batch_asks_to_settle_first() -> None:
    """O-3: within a second, and nothing is sent; settled, it signs off."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        counter.make("sale", 1000)
        t = stage.clock.now()
        refused = counter.firmware.settlement.sign_off(counter)
        assert (refused.outcome, refused.cause) == ("failed", "batch_full")
        assert stage.clock.now() - t < 1.0
        assert said(stage, "batch_full")
        assert counter.make("sale", 500).outcome == "approved"
        assert counter.firmware.settlement.settle(counter).outcome == "approved"
        assert stage.ready(60.0)
        assert counter.firmware.settlement.sign_off(counter).outcome == "approved"

    stage.play(story)


def test_sign_off_with_a_pending_reversal_is_refused() -> None:
    """O-3: who owes cannot go."""
    stage = Stage(response=10.0, reversal_response=5.0)

    def story() -> None:
        counter = begin(stage)
        stage.misbehave("drop", "0200", times=1)
        stage.misbehave("ignore", "0400")
        counter.make("sale", 1000)
        refused = counter.firmware.settlement.sign_off(counter)
        assert (refused.outcome, refused.cause) == ("failed", "reversal_pending")
        assert not counter.firmware.storage.signed_off

    stage.play(story)


def test_a_sign_off_that_nobody_hears_is_none() -> None:
    """Without its 0830 the terminal stays signed on, and sells."""
    stage = Stage(probe=5.0)

    def story() -> None:
        counter = begin(stage)
        stage.misbehave("ignore", "0820", times=1)
        assert counter.firmware.settlement.sign_off(counter).outcome == "failed"
        assert stage.ready(60.0)
        assert counter.make("sale", 1000).outcome == "approved"

    stage.play(story)


def test_signing_on_again_renews_the_keys() -> None:
    """An operator may sign on at any time."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        before = counter.firmware.acquiring.work_keys
        outcome = counter.firmware.settlement.sign_on(counter)
        assert outcome.outcome == "approved", (outcome, stage.lines()[-3000:])
        assert sent(stage, "0800") == 2
        assert counter.firmware.acquiring.work_keys != before
        assert counter.make("sale", 1000).outcome == "approved"

    stage.play(story)


def test_a_sign_on_without_a_way_says_why() -> None:
    """The true cause, not that somebody must sign on."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        stage.control(stage.host, do="door", state="closed")
        failed = counter.firmware.settlement.sign_on(counter)
        assert failed.outcome == "failed"
        assert failed.cause in ("host_unreachable", "wrong_settings")

    stage.play(story)


# --- operators ------------------------------------------------------------------------------


def test_wrong_passwords_lock_for_a_while() -> None:
    """Three in a row, then nobody is let in for a minute; said each time."""
    stage = Stage()

    def story() -> None:
        cashiers = begin(stage).firmware.cashiers
        assert cashiers.admit("0000")
        assert not cashiers.admit("0000", "77")
        assert not cashiers.admit("1111")
        assert cashiers.admit("0000")
        assert [cashiers.admit("1111") for _ in range(3)] == [False] * 3
        assert cashiers.locked
        assert not cashiers.admit("0000")
        assert stage.until(lambda: len(stage.of("detected", cause="password_wrong")) == 6, 1.0)
        stage.clock.sleep(61.0)
        assert cashiers.admit("0000")
        assert not cashiers.locked

    stage.play(story)


def test_a_restart_does_not_open_the_lock() -> None:
    """The count is in the flash."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        for _ in range(3):
            counter.firmware.cashiers.admit("9")
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()
        assert stage.ready()
        assert not counter.firmware.cashiers.admit("0000")
        stage.clock.sleep(61.0)
        assert not counter.firmware.cashiers.admit("9")
        assert counter.firmware.cashiers.locked
        stage.clock.sleep(61.0)
        assert counter.firmware.cashiers.admit("12345678", "99")

    stage.play(story)


# --- answer codes ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["03", "97"])
def test_a_disabled_terminal_shows_the_code_until_it_is_enabled(code: str) -> None:
    """G-3: out of service with the code on the display; a sign-on that succeeds ends it."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        stage.misbehave("answer", "any", code=code)
        refused = counter.make("sale", 1000)
        assert (refused.outcome, refused.cause) == ("failed", "terminal_disabled")
        stage.clock.sleep(60.0)
        assert stage.of("report", cause="terminal_disabled", on="display", code=code)
        assert stage.of("state")[-1]["state"] == "out_of_service"
        assert counter.make("sale", 1000).cause == "terminal_disabled"
        assert counter.firmware.screen.shown.endswith(f"CODE {code}")
        assert sent(stage, "0200") == 1
        stage.control(stage.host, do="behave")
        assert stage.ready(60.0)
        assert stage.of("cleared", cause="terminal_disabled")
        assert counter.make("sale", 1000).outcome == "approved"

    stage.play(story)


@pytest.mark.parametrize("deal", ["sale", "preauth", "refund", "balance"])
@pytest.mark.parametrize(("code", "cause"), [
    ("91", "host_error"), ("96", "host_error"), ("92", "host_error"), ("68", "host_error"),
    ("98", "host_error"), ("94", "batch_conflict"), ("95", "batch_full"), ("77", "batch_full"),
    ("76", "batch_full"), ("99", "not_signed_on"), ("A0", "not_signed_on"), ("51", "card_declined"),
])  # fmt: skip
def test_only_the_issuers_no_is_a_decline(deal: str, code: str, cause: str) -> None:
    """N-3: each code is told as what it is, whatever was asked for; an advice is repeated."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        mti = {"preauth": "0100", "refund": "0220"}.get(deal, "0200")
        stage.misbehave("answer", mti, times=1, code=code)
        outcome = counter.make(deal, 0 if deal == "balance" else 1000)
        stands = deal == "refund" and cause not in ("card_declined", "batch_conflict")
        if stands:
            assert outcome.outcome == "approved"
        else:
            assert outcome.cause == cause
            assert (outcome.outcome == "declined") == (cause == "card_declined")
        assert not stage.of("reversal_sent")
        assert stage.ready(60.0)
        assert Counter(stage).make("sale", 500).outcome == "approved"
        charged = [entry.kind for entry in stage.host.ledger if entry.status == "approved"]
        assert charged == (["refund", "sale"] if stands else ["sale"])

    stage.play(story)
