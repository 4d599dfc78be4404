"""A register without a wire: it asks the firmware itself and has a cardholder who obeys."""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked, Outcome, Telling
from harness.tests.sim.terminal.stage import Stage


class Counter:
    """A ``Register`` on a stage.

    Attributes:
        told: What it was told meanwhile.
        acknowledges: Whether it confirms results.
        cancelled: Whether it has asked to abort.
    """

    def __init__(self, stage: Stage, card: str | None = "chip") -> None:
        self.stage = stage
        self.card = card
        self.told: list[Telling] = []
        self.acknowledges = True
        self.cancelled = False

    @property
    def firmware(self) -> Firmware:
        """What runs on the terminal now."""
        running = self.stage.terminal.running
        assert isinstance(running, Firmware)
        return running

    def tell(self, what: Telling) -> None:
        """A cardholder acts when asked."""
        self.told.append(what)
        if what == "insert_card" and self.card is not None:
            self.stage.clock.spawn("cardholder", self._present)

    def _present(self) -> None:
        self.stage.clock.sleep(0.5)
        card = self.stage.deck[str(self.card)]
        if str(self.card).startswith("stripe"):
            self.stage.slot.swipe(card)
        else:
            self.stage.slot.insert(card)

    def confirm(self, outcome: Outcome) -> bool:
        return self.acknowledges

    def make(self, deal: str, amount: int = 0, of: Outcome | None = None) -> Outcome:
        """One transaction to its end; the card goes."""
        asked = Asked(deal, amount, of.receipt if of else 0, of.stan if of else 0)  # type: ignore[arg-type]
        outcome = self.firmware.payment.transact(asked, self)
        self.stage.slot.remove()
        return outcome


def begin(stage: Stage, card: str | None = "chip") -> Counter:
    """Powered and ready."""
    stage.power()
    assert stage.ready()
    return Counter(stage, card)


def ledger(stage: Stage) -> dict[int, tuple[str, str]]:
    """The host's truth: trace number -> deal and status."""
    return {entry.key.stan: (entry.kind, str(entry.status)) for entry in stage.host.ledger}


def journal(stage: Stage) -> dict[int, tuple[str, str]]:
    """The terminal's, as its console tells it."""
    before = len(stage.of("journal_entry"))
    ends = len(stage.of("journal_end"))
    stage.console.ask_journal()
    assert stage.until(lambda: len(stage.of("journal_end")) > ends, 5.0)
    rows = stage.of("journal_entry")[before:]
    return {row["stan"]: (row.get("what", "sale"), row["outcome"]) for row in rows}


def forget_everything(stage: Stage) -> None:
    """A spare unit: the same board and host, an empty memory but for its image."""
    stage.power(0.0)
    stage.clock.sleep(2.0)
    flash = stage.terminal.flash
    for name in flash.names():
        if not name.startswith(("boot.", "slot.")):
            flash.delete(name)
    flash.sync()
    stage.power()
