"""A smart terminal's register: intents over adb, and what becomes of them."""

from pathlib import Path
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers._intents import read_intents
from harness.drivers.lakala_intent import Driver
from harness.errors import DeviceRefused, NotSupported, PortError, PortLost, RigError
from harness.files import fixture
from harness.model.register import Desk, Reprints, Settles, Wish
from harness.model.roles import LossyRegister, SaleResult, Terminal, plays
from harness.model.units import Money, Seconds
from harness.ports.memory import pair
from harness.tests.drivers.test_android import Heard
from harness.tests.sim.android.smart import Smart, play

AMOUNT = Money(1234)


def register(smart: Smart, **options: Any) -> tuple[Driver, Heard]:
    """A driver on the terminal's adb, and what it will say."""
    driver, heard = Driver(smart.port(), **options), Heard()
    driver.observe = heard
    return driver, heard


def booked(smart: Smart) -> list[tuple[int, int, str]]:
    """Trace number, amount and outcome of the journal's entries."""
    return [(one.stan, one.amount, one.outcome) for one in smart.firmware.storage.journal]


def test_what_it_plays() -> None:
    """Its application has deals, an end of day and reprints, and nothing to lose results with."""
    driver = Driver(pair(CooperativeClock(), "nowhere")[0])

    assert all(plays(driver, role) for role in (Terminal, Desk, Settles, Reprints))
    assert not plays(driver, LossyRegister)
    assert "sale" in driver.deals()
    assert "balance" not in driver.deals()
    assert "data_exhausted" in driver.nameable()
    with pytest.raises(NotSupported, match="balance"):
        driver.transact(Wish("balance"))


def test_a_sale_is_approved_booked_and_told() -> None:
    """From the intent to the result's extras; the cardholder is asked on the way."""

    def act(smart: Smart) -> None:
        driver, heard = register(smart)
        driver.sign_on()
        result = driver.sell(AMOUNT)
        assert result.outcome == "approved"
        assert booked(smart) == [(result.stan, 1234, "approved")]
        asked = [row.get("asks") for row in heard.of("ecr_status")]
        assert "insert" in asked
        assert heard.of("ecr_result") == [{"code": "-1", "text": "", "stan": result.stan}]
        again = driver.last_result()
        assert again is not None
        assert (again.outcome, again.stan) == ("approved", result.stan)

    play(act)


def test_the_cause_of_a_failure_is_told() -> None:
    """The terminal's own code is read from the reason; no communication fault is a decline."""

    def act(smart: Smart) -> None:
        driver, heard = register(smart)
        smart.bench.link.set_outage(on=True)
        result = driver.sell(AMOUNT)
        assert result.outcome == "failed"
        assert result.cause in ("host_silent", "host_unreachable", "no_data_service")
        assert heard.of("report")[-1]["on"] == "ecr"
        assert heard.of("report")[-1]["cause"] == result.cause
        assert not booked(smart)

    play(act)


def test_a_void_names_the_original() -> None:
    """By its trace number; a second void of the same is not done."""

    def act(smart: Smart) -> None:
        driver, _ = register(smart)
        sale = driver.sell(AMOUNT)
        smart.clock.sleep(3)
        void = driver.transact(Wish("void", stan=sale.stan))
        assert void.outcome == "approved"
        assert driver.transact(Wish("void", stan=sale.stan)).outcome == "failed"

    play(act)


def test_the_day_is_ended_and_the_last_receipt_printed_again() -> None:
    """Settlement and reprint are intents as well."""

    def act(smart: Smart) -> None:
        driver, _ = register(smart)
        assert driver.reprint().outcome == "failed"
        driver.sell(AMOUNT)
        smart.clock.sleep(3)
        assert driver.reprint().outcome == "approved"
        assert driver.settle().outcome == "approved"
        assert not booked(smart)

    play(act)


def test_a_lost_result_is_unknown_until_it_is_asked_for() -> None:
    """The supply goes in the middle: never sold again, asked for by its number afterwards."""

    def act(smart: Smart) -> None:
        driver, _ = register(smart)

        def cut_in_the_middle() -> None:
            while not smart.firmware.storage.pending:
                smart.clock.sleep(0.002)
            smart.cut(15.0)

        smart.clock.spawn("cut", cut_in_the_middle)
        assert driver.sell(AMOUNT).outcome == "unknown"
        smart.clock.sleep(60)
        resolved = driver.last_result()
        assert resolved is not None
        assert resolved.outcome == "failed"
        assert "approved" not in [outcome for _, _, outcome in booked(smart)]

    play(act)


def test_what_the_journal_has_is_told_of_a_lost_result() -> None:
    """The line breaks after the booking: the sale stands, and asking for it says so."""

    def act(smart: Smart) -> None:
        driver, _ = register(smart)
        known = driver.sell(AMOUNT)
        smart.cut(1.0)
        smart.clock.sleep(60)
        resolved = driver.last_result()
        assert resolved is not None
        assert (resolved.outcome, resolved.stan) == ("approved", known.stan)
        fresh, _ = register(smart)
        last = fresh.last_result()
        assert last is not None
        assert (last.outcome, last.stan) == ("approved", known.stan)

    play(act)


def test_a_terminal_without_power_is_not_sold_on() -> None:
    """Nothing was started: ``failed`` without a code; and its status cannot be had."""

    def act(smart: Smart) -> None:
        driver, _ = register(smart)
        smart.bench.feed.source.go_to(0.0)
        smart.clock.sleep(20)
        result = driver.sell(AMOUNT)
        assert (result.outcome, result.code) == ("failed", "")
        with pytest.raises(PortLost):
            driver.status()
        with pytest.raises(PortLost):
            driver.sign_on()
        lost = driver.last_result()
        assert lost is not None
        assert lost.outcome == "unknown"

    play(act)


def test_while_it_starts_nothing_is_started() -> None:
    """The daemon answers before the applications are there: the sale has not happened."""

    def act(smart: Smart) -> None:
        driver, _ = register(smart)
        smart.cut(1.0)
        smart.clock.sleep(12)
        result = driver.sell(AMOUNT)
        assert result.outcome == "failed"
        assert "activity" in result.text
        with pytest.raises(PortLost, match="start"):
            driver.sign_on()

    play(act, start=60.0)


def test_a_missing_courier_and_a_missing_server_are_told() -> None:
    """Neither is the terminal's fault, and neither is taken for a lost sale."""

    def act(smart: Smart) -> None:
        driver, _ = register(smart, courier="test.hil.nobody")
        with pytest.raises(DeviceRefused, match=r"test\.hil\.nobody"):
            driver.sign_on()
        result = driver.sell(AMOUNT)
        assert result.outcome == "failed"
        assert "does not exist" in result.text or "Error" in result.text
        with pytest.raises(DeviceRefused):
            driver.status()

    play(act)
    dead = pair(CooperativeClock(), "127.0.0.1:5037")[0]
    dead.put_lost("connection refused")
    with pytest.raises(PortError, match="start-server"):
        Driver(dead).sell(AMOUNT)


def test_a_lost_response_is_asked_for() -> None:
    """The result never arrives: after its time the order is asked for, and never paid again."""

    def act(smart: Smart) -> None:
        driver, heard = register(smart, complete_within=Seconds(20))
        driver.lose_responses(on=True)
        result = driver.sell(AMOUNT)
        driver.lose_responses(on=False)
        assert heard.of("acknowledgement_withheld") == [{"code": "-1"}]
        assert result.outcome == "approved"
        assert booked(smart) == [(result.stan, 1234, "approved")]

    play(act)


def test_an_abort_presses_back() -> None:
    """Nobody presents a card; the register gives up, and the sale ends as cancelled."""

    def act(smart: Smart) -> None:
        driver, heard = register(smart)
        smart.card = ""
        found: list[SaleResult] = []
        selling = smart.clock.spawn("register", lambda: found.append(driver.sell(AMOUNT)))
        smart.clock.sleep(5)
        driver.abort()
        assert selling.join(smart.clock.now() + 20)
        assert (found[0].outcome, found[0].cause) == ("failed", "cancelled")
        stages = [row["code"] for row in heard.of("ecr_status")]
        assert stages.count("insert_card") == 1  # the log is read twice, and told once
        driver.abort()  # nothing runs: just a key

    play(act)


def test_silence_of_the_application_is_unknown() -> None:
    """No sign of life within its time: it may have happened."""

    def act(smart: Smart) -> None:
        driver, _ = register(smart, complete_within=Seconds(10))
        smart.card = ""
        result = driver.sell(AMOUNT)
        assert (result.outcome, result.text) == ("unknown", "it is still under way")
        still = driver.last_result()
        assert still is not None
        assert (still.outcome, still.text) == ("unknown", "it is still under way")

    play(act)


def test_the_status_says_what_is_the_matter() -> None:
    """00 when it may sell, else its own code, with the cause reported to the register."""

    def act(smart: Smart) -> None:
        driver, heard = register(smart)
        assert driver.status() == "00"
        smart.bench.feed.source.go_to(4.2)
        smart.clock.sleep(2)
        assert driver.status() == "A401"
        assert heard.of("report")[-1]["cause"] == "supply_low"
        assert heard.of("terminal_status")[-1] == {"code": "A401", "text": "电压过低"}

    play(act)


def test_hostile_words_stay_words() -> None:
    """Whatever stands in an option reaches the application as one extra, or is refused by it."""

    def act(smart: Smart) -> None:
        appid = "x --es amt 0.01; reboot $(reboot) ' \" --es"
        driver, _ = register(smart, appid=appid)
        result = driver.sell(AMOUNT)
        assert result.outcome == "approved"
        assert booked(smart) == [(result.stan, 1234, "approved")]
        assert smart.bench.terminal.deaths == 0

    play(act)


def test_an_order_is_taken_once() -> None:
    """The application refuses a number that it has had; so does it refuse what is no amount."""

    def act(smart: Smart) -> None:
        driver, _ = register(smart)
        courier, intents = driver._courier, driver._intents
        sale = {**intents.extras(Wish("sale", AMOUNT)), "appid": "x"}
        outcomes: list[object] = []
        for number, more in (
            ("A1", {}), ("A1", {}), ("B-2", {}), ("C3", {"amt": "1.2"}), ("D4", {"amt": "0.00"}),
            ("E5", {"amt": "1e3"}), ("F6", {"proc_cd": "123456"}), ("G7", {"msg_tp": "0400"}),
        ):  # fmt: skip
            asked = {**sale, "order_no": number, **more}
            word = courier.ask(f"{number}x{len(outcomes)}", intents.target, asked, lambda _: None)
            outcomes.append(word.fields["result"])
            smart.clock.sleep(3)
        assert outcomes == [-1] + [-2] * 7
        assert len(booked(smart)) == 1

    play(act)


@pytest.mark.parametrize(
    ("reason", "outcome", "cause"),
    [
        ("[A301:51] 交易被拒绝", "declined", "card_declined"),
        ("[A301] 交易被拒绝", "failed", "card_declined"),
        ("[A104] 流量不足，请充值", "failed", "data_exhausted"),
        ("[A203:91] x", "failed", "host_silent"),
        ("[ZZ] x", "failed", ""),
        ("余额不足", "failed", ""),
        ("", "failed", ""),
    ],
)
def test_reasons_are_read(reason: str, outcome: str, cause: str) -> None:
    """Only a card's refusal with the host's code is the issuer's; unknown words have no cause."""
    result, _ = read_intents("smart").result(-2, {"reason": reason})

    assert (result.outcome, result.cause) == (outcome, cause)


def test_unknown_results_are_unknown_and_card_numbers_masked() -> None:
    """A result code that is not listed; a card number in a reason; extras of the wrong shape."""
    intents = read_intents("smart")

    assert intents.result(5, {})[0].outcome == "unknown"
    assert intents.result(None, {"batchbillno": "x", "amt": None})[0].outcome == "unknown"
    said = intents.result(0, {"reason": "[A1] 6212345678901265"})[0]
    assert "6212345678901265" not in said.text


@pytest.mark.parametrize(
    "text", ["{}", "target: x", "deals: {lease: {}}\n", "- 1", "reason: '('\ndeals: {}\n"]
)
def test_a_wrong_personality_is_a_mistake_of_the_file(text: str, tmp_path: Path) -> None:
    """Missing keys, other deals, broken expressions: told with the file's name."""
    file = tmp_path / "intent.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(RigError, match=r"intent\.yaml"):
        read_intents(file)


@pytest.mark.parametrize(("told", "amount"), [("72.70", 7270), ("72", None), ("", None)])
def test_a_result_tells_the_amount_that_stands(told: str, amount: int | None) -> None:
    """In units with two digits; whatever else is no amount."""
    assert read_intents("smart").result(-1, {"amt": told})[0].amount == amount


@pytest.mark.parametrize(("counts", "told"), [("stan", (42, None)), ("trace", (None, 42))])
def test_whose_number_a_result_tells_is_the_models(
    counts: str, told: tuple[int | None, int | None], tmp_path: Path
) -> None:
    """Field 11 of the host's messages, or the terminal's own."""
    plain = fixture("terminal", "smart", "intent.yaml").read_text(encoding="utf-8")
    file = tmp_path / "intent.yaml"
    file.write_text(plain.replace("<stan_int>", f"<{counts}_int>"), encoding="utf-8")
    result, _ = read_intents(file).result(-1, {"batchbillno": "000001000042"})

    assert (result.stan, result.trace) == told
