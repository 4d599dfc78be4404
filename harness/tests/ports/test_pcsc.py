"""A PC/SC service that stops, has two readers of one name, or never answers."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from harness.clock import ThreadClock
from harness.drivers.pcsc import Driver
from harness.errors import PortLost, PortTimeout
from harness.ports import pcsc
from harness.ports.pcsc import PcscPort

COMMAND, DONE = bytes.fromhex("00A4040000"), [0x90, 0x00]
WITHIN = 20.0  # s
ONE, TWO = "ACS ACR39U 00 00", "ACS ACR39U 01 00"
NO_SERVICE, NO_READER = 0x8010001D, 0x80100009
WORDS = {NO_SERVICE: "Service not available.", NO_READER: "Unknown reader specified."}


class Service(SimpleNamespace):
    """The library, on a service that does as it is told; ``contexts`` are those not released."""

    SCARD_SCOPE_USER = SCARD_STATE_UNAWARE = SCARD_SHARE_SHARED = SCARD_UNPOWER_CARD = 0
    SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1, SCARD_STATE_PRESENT = 1, 2, 0x20
    SCARD_PCI_T0, SCARD_PCI_T1 = "T0", "T1"

    def __init__(self, *readers: str) -> None:
        super().__init__(readers=list(readers), runs=True, contexts=set(), made=0)
        self.hold: threading.Event | None = None
        self.powers: threading.Event | None = None

    def SCardEstablishContext(self, _: int) -> tuple[int, int]:
        if not self.runs:
            return NO_SERVICE, 0
        self.made += 1
        self.contexts.add(self.made)
        return 0, self.made

    def SCardReleaseContext(self, context: int) -> int:
        self.contexts.discard(context)
        return 0

    def SCardListReaders(self, *_: Any) -> tuple[int, list[str]]:
        return 0, self.readers

    def SCardGetStatusChange(self, *_: Any) -> tuple[int, list[Any]]:
        return 0, [("", 0, [])]

    def SCardConnect(self, *_: Any) -> tuple[int, int, int]:
        if self.powers is not None:
            self.powers.wait(WITHIN)
        return 0, 7, 1

    def SCardStatus(self, _: int) -> tuple[int, str, int, int, list[int]]:
        return 0, "", 0, 0, [0x3B, 0x00]

    def SCardDisconnect(self, *_: Any) -> int:
        return 0

    def SCardTransmit(self, *_: Any) -> tuple[int, list[int]]:
        hold, self.hold = self.hold, None
        if hold is not None:
            hold.wait(WITHIN)
            return 0, [0x6A, 0x82]
        return (0, DONE) if self.runs else (NO_SERVICE, [])

    def SCardGetErrorMessage(self, code: int) -> str:
        return WORDS[code]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service with one reader."""
    made = Service(ONE)
    monkeypatch.setattr(pcsc, "_library", lambda: made)
    return made


def test_two_readers_of_one_name_are_not_guessed_between(service: Service) -> None:
    """Both are named; the whole name of one is enough."""
    service.readers = [ONE, TWO]
    with pytest.raises(PortLost, match=f"several readers begin with.*{ONE}, {TWO}"):
        PcscPort(ThreadClock(), "pcsc://ACS").look()

    assert PcscPort(ThreadClock(), f"pcsc://{TWO}").look() == (False, b"")


def test_a_reader_that_went_and_a_service_that_stopped_are_told(service: Service) -> None:
    """At each look, and however often: nothing of the service is used up by it."""
    port = PcscPort(ThreadClock(), "pcsc://ACS")
    port.open()
    port.close()
    service.readers = []
    for _ in range(20):
        with pytest.raises(PortLost, match="no reader 'ACS'; there are: none"):
            port.look()
        with pytest.raises(PortLost, match="no reader"):
            port.open()
    service.runs = False
    with pytest.raises(PortLost, match="no PC/SC service: Service not available"):
        port.look()

    assert len(service.contexts) <= 1


def test_a_service_that_stops_in_mid_command_is_a_lost_port(service: Service) -> None:
    """With its words; when it runs again the card is met anew."""
    port = PcscPort(ThreadClock(), "pcsc://ACS")
    driver = Driver(port, deadline=WITHIN)
    port.open()
    service.runs = False
    with pytest.raises(PortLost, match="Service not available"):
        driver.transmit(COMMAND)
    service.runs = True
    port.open()

    assert driver.transmit(COMMAND) == bytes(DONE)


def test_an_answer_after_the_deadline_is_not_the_next_commands(service: Service) -> None:
    """The transmission that hung comes back when another card is spoken to."""
    port = PcscPort(ThreadClock(), "pcsc://ACS")
    hung = service.hold = threading.Event()
    port.open()
    with pytest.raises(PortTimeout, match="no answer within"):
        Driver(port, deadline=0.05).transmit(COMMAND)
    port.open()
    hung.set()

    assert Driver(port, deadline=WITHIN).transmit(COMMAND) == bytes(DONE)


def test_a_card_that_is_never_powered_is_given_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the reader's driver waits for."""
    monkeypatch.setattr(pcsc, "OPENS_WITHIN", 0.05)
    service.powers = threading.Event()

    with pytest.raises(PortLost, match="does not power its card"):
        PcscPort(ThreadClock(), "pcsc://ACS").open()
    service.powers.set()
