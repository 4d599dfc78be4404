"""A register of nexo at the simulated terminal, and requests as another one writes them."""

from collections.abc import Callable
from typing import Any, Literal

from harness.drivers import nexo as driver
from harness.tests.sim.terminal.register_stage import RegisterStage
from harness.wire import nexo

WAYS: dict[str, Literal["tcp", "http"]] = {"nexo": "tcp", "nexo_http": "http"}
STAMP = "2026-03-02T08:00:00Z"


def stage(word: str, *, complete_within: float = 150.0, **more: Any) -> RegisterStage:
    """A stage with this outlet."""
    return RegisterStage(word, lambda port: driver.Driver(
        port, transport=WAYS[word], currency="CNY", personality="countertop",
        complete_within=complete_within,
    ), **more)  # fmt: skip


def payment(service: str = "0000000041", sale: str = "T-41", minor: int = 1000) -> nexo.Message:
    """A request as a register of somebody else's writes it."""
    header = nexo.Header("Payment", service=service, sale="TILL-3", poi="P-1", version="3.1")
    return nexo.Message(header, {
        "SaleData": {"SaleTransactionID": {"TransactionID": sale, "TimeStamp": STAMP}},
        "PaymentTransaction": {"AmountsReq": {
            "Currency": "CNY", "RequestedAmount": nexo.amount(minor, 2),
        }},
        "PaymentData": {"PaymentType": "Normal"},
    })  # fmt: skip


def request(category: str, service: str, **body: Any) -> nexo.Message:
    """Another one of that register's."""
    header = nexo.Header(category, service=service, sale="TILL-3", poi="P-1", version="3.1")
    return nexo.Message(header, body)


def asked(own: RegisterStage, message: nexo.Message, card: str | None = None) -> nexo.Message:
    """The response of the terminal, which has done its work then."""
    if card is not None:
        own.clock.spawn("cardholder", lambda: own._insert(card))
    answer = told(own, message)
    own.until(lambda: not own._at_work(), 100.0)
    own.slot.remove()
    return answer


def told(own: RegisterStage, message: nexo.Message) -> nexo.Message:
    """The response of the terminal, on the driver's own line."""
    link = own.driver._talk._link
    link.open()
    answer, _ = link.ask(message, own.clock.now() + 120.0, lambda *_: None)
    assert isinstance(answer, nexo.Message)
    return answer


def when_sent(own: RegisterStage, act: Callable[[], object]) -> None:
    """Have something done the moment a sale's request has gone to the host."""

    def wait() -> None:
        assert own.until(lambda: bool(own.of("request_sent", mti="0200")), 60.0)
        act()

    own.clock.spawn("hand", wait)


def cut(own: RegisterStage) -> None:
    """No power for a second; two seconds later it boots still, and the register's line is gone."""
    own.power(0.0)
    own.clock.sleep(1.0)
    own.power()
    own.clock.sleep(2.0)
    own.wire.close()
    own.driver._talk._link._up = False
