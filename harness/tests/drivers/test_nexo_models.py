"""What nexo leaves to the model: whose number it tells, when it hangs up, what receipts it has."""

from pathlib import Path
from typing import Any

import pytest

from harness.drivers.nexo import Driver
from harness.errors import RigError
from harness.model.register import Wish
from harness.ports.memory import pair
from harness.tests.drivers.test_nexo import AMOUNT, GOOD, Spoken, no, paid, repeated
from harness.wire import nexo

SHOWN = "999999******0014"


def own(number: str, **more: Any) -> dict[str, Any]:
    """An approved response that tells the terminal's own number, and none of the host's."""
    body = paid()
    body["POIData"]["POITransactionID"] = {"TransactionID": number, "TimeStamp": "now"}
    body["PaymentResult"]["PaymentAcquirerData"] = {"ApprovalCode": "123456"}
    return {**body, **more}


def words(folder: Path, text: str) -> str:
    """A ``register.yaml`` of this text."""
    file = folder / "register.yaml"
    file.write_text(text)
    return str(file)


@pytest.mark.parametrize(
    ("number", "said", "stan", "trace"),
    [
        ("4007", "trace: own", None, 4007),
        ("4007", "trace: host", 4007, None),
        ("1234567", "trace: host", None, 1234567),
        ("Q-17", "trace: own", None, 478_200_021),
    ],
)
def test_the_points_number_is_the_terminals_own_unless_the_model_says_more(
    tmp_path: Path, number: str, said: str, stan: int | None, trace: int | None
) -> None:
    """POITransactionID is the terminal's; AcquirerTransactionID would be the host's."""
    terminal = Spoken(lambda _: [own(number)], personality=words(tmp_path, f"{said}\n"))

    result = terminal.sell()

    assert (result.stan, result.trace) == (stan, trace)


def test_a_sale_is_taken_back_by_what_the_terminal_called_it() -> None:
    """Whatever it is made of."""
    terminal = Spoken(lambda _: [own("Q-17")])

    def story() -> Any:
        sold = terminal.driver.sell(AMOUNT)
        return terminal.driver.transact(Wish("void", stan=sold.stan or sold.trace))

    terminal.play(story)

    original = nexo.at(terminal.asked[1].body, "OriginalPOITransaction", "POITransactionID")
    assert original["TransactionID"] == "Q-17"


def test_what_a_model_cannot_do_is_not_asked_of_it(tmp_path: Path) -> None:
    """In the order of nexo's own list; a word that is none is the file's mistake."""
    nowhere, _ = pair(Spoken(lambda _: []).clock, "x")

    driver = Driver(nowhere, personality=words(tmp_path, "deals: [void, sale]\n"))

    assert driver.deals() == ["sale", "void"]
    for text in ("deals: [sail]\n", "trace: mine\n"):
        with pytest.raises(RigError):
            Driver(nowhere, personality=words(tmp_path, text))


class Curt(Spoken):
    """Hangs up after each response."""

    def _hear(self, port: Any, message: nexo.Message) -> None:
        super()._hear(port, message)
        port.close()


def test_a_terminal_that_hangs_up_after_each_response_is_logged_in_once() -> None:
    """A session lasts from Login to Logout, whatever becomes of connections."""
    terminal = Curt(lambda message: [
        paid() if message.header.category == "Payment" else GOOD
    ], login=True)  # fmt: skip

    def story() -> Any:
        terminal.driver.sign_on()
        return [terminal.driver.sell(AMOUNT).outcome for _ in range(2)]

    assert terminal.play(story) == ["approved", "approved"]
    assert terminal.categories() == ["Login", "Login", "Payment", "Payment"]


def test_a_status_in_progress_is_asked_for_again_on_another_connection() -> None:
    """Of who hangs up after each response, too."""
    answers = [no("InProgress"), no("InProgress"), repeated(paid())]

    def say(message: nexo.Message) -> list[Any]:
        return [] if message.header.category == "Payment" else [answers.pop(0)]

    terminal = Curt(say)

    assert terminal.sell().outcome == "approved"


def test_who_was_restarted_unheard_is_logged_in_again_and_asked_again() -> None:
    """LoggedOut: nothing was done, so it is no second sale."""
    logged_in: list[bool] = []

    def say(message: nexo.Message) -> list[Any]:
        if message.header.category == "Login":
            logged_in.append(True)
            return [GOOD]
        return [paid() if len(logged_in) == 2 else no("LoggedOut")]

    terminal = Curt(say, login=True)

    assert terminal.sell().outcome == "approved"
    assert terminal.categories() == ["Login", "Payment", "Login", "Payment"]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [(Spoken, ["Login", "Payment"]), (Curt, ["Login", "Payment", "Login", "Payment"])],
)
def test_who_says_logged_out_for_ever_is_believed(kind: type[Spoken], asked: list[str]) -> None:
    """At once where the session is this connection's, else after one more try."""
    terminal = kind(
        lambda message: [GOOD if message.header.category == "Login" else no("LoggedOut")],
        login=True,
    )

    assert terminal.sell().outcome == "failed"
    assert terminal.categories() == asked


def test_who_is_busy_with_the_sale_before_is_asked_again() -> None:
    """Its card is still in the slot; and no longer than for ten seconds."""
    answers = [paid(), no("Busy"), no("Busy"), paid(stan="000008")]
    terminal = Spoken(lambda _: [answers.pop(0) if answers else no("Busy")])

    def story() -> Any:
        return [terminal.driver.sell(AMOUNT) for _ in range(3)], terminal.clock.now()

    told, after = terminal.play(story)

    assert [row.outcome for row in told] == ["approved", "approved", "failed"]
    assert [row.stan for row in told[:2]] == [7, 8]
    assert len({one.header.service for one in terminal.asked}) == len(terminal.asked)
    assert after < 15.0


def test_who_is_busy_with_somebody_elses_sale_is_believed() -> None:
    """At once."""
    terminal = Spoken(lambda _: [no("Busy")])

    assert terminal.sell().code == "Busy"
    assert len(terminal.asked) == 1


def test_a_wish_given_up_is_not_asked_again() -> None:
    """An abort while it waits for the terminal."""
    answers = [paid(), no("Busy")]
    terminal = Spoken(lambda _: [answers.pop(0)])

    def story() -> Any:
        terminal.driver.sell(AMOUNT)

        def cashier() -> None:
            terminal.clock.sleep(0.9)
            terminal.driver.abort()

        terminal.clock.spawn("cashier", cashier)
        return terminal.driver.sell(AMOUNT).outcome

    assert terminal.play(story) == "failed"
    assert len(terminal.asked) == 2


def receipts(*lines: str) -> dict[str, Any]:
    """PaymentReceipt with one of these lines."""
    content = {"OutputFormat": "Text", "OutputText": [{"Text": line} for line in lines]}
    return {"PaymentReceipt": [{"DocumentQualifier": "CustomerReceipt", "OutputContent": content}]}


def test_the_receipts_of_a_response_are_printed_by_the_register() -> None:
    """With what the response tells; a copy where it is repeated."""
    body = own("4007", **receipts("SALE 12.50", SHOWN))
    terminal = Spoken(lambda message: [
        body if message.header.category == "Payment" else repeated(body)
    ])  # fmt: skip

    terminal.play(lambda: (terminal.driver.sell(AMOUNT), terminal.driver.last_result()))

    first, second = terminal.of("printed")
    assert first["text"] == f"SALE 12.50\n{SHOWN}"
    assert (first["outcome"], first["amount"], first["copy"]) == ("approved", 1250, False)
    assert second["copy"] is True
    assert len(terminal.of("printing")) == 2


def test_a_response_without_readable_receipts_prints_none() -> None:
    """Pictures and pages are not read."""
    page = {"OutputFormat": "XHTML", "OutputXHTML": "PGI+"}
    paper = [{"DocumentQualifier": "CashierReceipt", "OutputContent": page}, "?"]
    terminal = Spoken(lambda _: [own("4007", PaymentReceipt=paper)])

    assert terminal.sell().outcome == "approved"
    assert not terminal.of("printed")


def test_a_card_number_in_a_receipt_is_told_and_hidden() -> None:
    """Over two lines as well."""
    body = own("4007", **receipts("CARD 99999900", "00000014"))
    terminal = Spoken(lambda _: [body])

    terminal.sell()

    assert terminal.of("card_number_in_clear")
    assert "00000014" not in terminal.of("printed")[0]["text"]
