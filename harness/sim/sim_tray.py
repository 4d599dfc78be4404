"""The SIM cards of a terminal: what a card is, and the slots they are in.

A card has its account with a carrier, and its texts: what the carrier writes to the subscriber is
kept for it until a modem with this card is registered. A modem listens to the tray; so does
nobody else: a SIM switch only puts cards in and takes them out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.files import fixture, read_plain
from harness.links.carrier import Carrier

PIN_TRIES, PUK_TRIES = 3, 10  # 3GPP TS 31.101, 9.5: as cards are issued


@dataclass(frozen=True, slots=True)
class Operator:
    """The network that takes a card here, and its one cell.

    Attributes:
        name: Long name.
        short: Short name; its texts come from it.
        plmn: MCC and MNC.
        apn: The access point that a subscription has from the start.
        roaming: Whether the card is a guest here.
        area: TAC, hex.
        cell: Cell identity, hex.
        pci: Physical cell identity.
        earfcn: Channel.
        band: E-UTRA band.
    """

    name: str
    short: str
    plmn: str
    apn: str
    roaming: bool
    area: str
    cell: str
    pci: int
    earfcn: int
    band: int


@dataclass(eq=False)
class Sim:
    """One SIM card.

    Attributes:
        imsi: International mobile subscriber identity.
        iccid: The card's number.
        account: The subscription and its plan.
        network: Who takes it here.
        balance_code: USSD code that asks for the balance.
        pin: Asked for after every start; empty for none.
        puk: Unblocks the PIN.
        pin_tries: Left.
        puk_tries: Left.
        waiting: Texts that no modem has fetched yet, oldest first.
        on_text: Called when a text came; must not wait.
    """

    imsi: str
    iccid: str
    account: Carrier
    network: Operator
    balance_code: str = "*101#"
    pin: str = ""
    puk: str = ""
    pin_tries: int = PIN_TRIES
    puk_tries: int = PUK_TRIES
    waiting: list[str] = field(default_factory=list)
    on_text: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.account.on_notice.append(self._receive)

    def _receive(self, text: str) -> None:
        self.waiting.append(text)
        for tell in list(self.on_text):
            tell()


class SimTray:
    """Slots and the cards in them.

    Args:
        slots: Slot -> card, None for an empty one.

    Attributes:
        slots: The same, as it is now.
        changed: Called with the slot after a card was put in or taken out; must not wait.
    """

    def __init__(self, slots: Mapping[str, Sim | None]) -> None:
        self.slots: dict[str, Sim | None] = dict(slots)
        self.changed: list[Callable[[str], None]] = []

    def put(self, slot: str, sim: Sim | None) -> None:
        """Put a card into a slot, or take out what is in it.

        Raises:
            KeyError: No such slot.
        """
        if self.slots[slot] is sim:
            return
        self.slots[slot] = sim
        for tell in list(self.changed):
            tell(slot)


def read_sim(name: str, account: Carrier) -> Sim:
    """A card of ``fixtures/sim/sims.yaml`` with its account.

    Raises:
        LookupError: No such card.
    """
    cards: Mapping[str, Mapping[str, Any]] = read_plain(fixture("sim", "sims.yaml"))
    if name not in cards:
        raise LookupError(f"no SIM {name!r}; known: {', '.join(cards)}")
    own = dict(cards[name])
    network = {**own.pop("network")}
    return Sim(account=account, network=Operator(**network), **own)


def usual_tray(account: Carrier, spare: Carrier | None = None) -> SimTray:
    """A terminal's tray: slot 1 with the first card, slot 2 with its spare of another operator."""
    return SimTray({"1": read_sim("first", account), "2": read_sim("spare", spare or Carrier())})
