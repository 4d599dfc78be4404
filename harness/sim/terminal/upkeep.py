"""Updates, seen from the firmware: when they may run, what is said of them, what a start decides.

A download runs beside sales. From the check of the image on the till is closed: a sale under way is
finished first, and the next one meets the new version (or the old one, if it was refused). What
stands in the way of an update puts it off: a low supply or battery, a flash without room.
"""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from harness.errors import Garbled, PortError
from harness.ports.tls import CertificateRefused
from harness.sim.terminal.boot import Bootloader, BootSlot, install_factory
from harness.sim.terminal.download import Offer
from harness.sim.terminal.handed import Ask
from harness.sim.terminal.housekeeping import RESERVE
from harness.sim.terminal.update import Updater

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

HTTPS = 443  # a store at this port is talked to over TLS

#: From this phase on nobody sells.
CLOSING = "verifying"
#: Phases in which an update is under way; after the others it is over, or put off.
RUNNING = ("offered", "downloading", "paused", "resumed", "verifying", "installing", "committing",
           "recovering")  # fmt: skip
TEXTS = {"offered": "updating", "resumed": "updating", "done": "update_done"}
#: What waits for another moment, and is no trouble: it has no code.
BUSY = "busy"
AGAIN = 5.0  # s between two looks at what put an update off
TRIES = 20  # looks for the rest of an image that a cut has left
APART = 30.0  # s between two of them


class Upkeep:
    """Looks for updates when asked to, and settles at every start what became of the last one.

    Attributes:
        busy: Whether an update is under way.
        slot: What runs now; None before ``choose``.
        settings: What came as images of other kinds than code.
    """

    Updater: type[Updater] = Updater
    Bootloader: type[Bootloader] = Bootloader

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._clock = firmware.clock
        self._times = firmware.times
        self._own = firmware.personality.updates
        self._wanted = self._clock.signal("a wish for an update")
        self._asked = False
        self._cause = ""  # of the phase that was told last
        self._closed = ExitStack()
        self._put_off: Offer | None = None
        self._left = 0  # tries for what a cut has left
        self.busy = False
        self.slot: BootSlot | None = None
        self._updater = self.Updater(
            self._clock, firmware.flash, self._connect, self.tell, model=firmware.who.model,
            trusted_key=firmware.keys.update, host=firmware.board.store[0],
            largest=self._own.largest, who=firmware.who.tid,
        )  # fmt: skip
        self.settings = self._updater.settings

    # --- at the start -----------------------------------------------------------------------

    def choose(self) -> BootSlot | None:
        """What the loader runs; None when no slot holds anything that may run."""
        firmware = self._firmware
        if not firmware.flash.names():  # never written to: fresh from the factory
            install_factory(firmware.flash, firmware.keys.factory_image)
        loader = self.Bootloader(model=firmware.who.model, trusted_key=firmware.keys.update)
        self.slot = loader.choose(firmware.flash)
        return self.slot

    def run(self) -> None:
        """Settle the last update, then wait for wishes; a task of its own."""
        self.settle()
        while True:
            self._wanted.wait_for(lambda: self._asked, self._due())
            asked, self._asked = self._asked, False
            if not asked and self._put_off and self.obstacle(self._put_off):
                continue
            if not asked and self._left and not self._firmware.comms.online:
                self._count_down()
            elif asked or self._left or self._put_off or self._firmware.comms.online:
                self._look(asked=asked)

    def settle(self) -> None:
        """Say what became of the last update; one on trial must run for a while to be kept."""
        if self.slot is None:
            return
        if self._updater.after_boot(self.slot):
            self._left = TRIES
        self._put_in_force()
        if self.slot.trial:
            self._clock.sleep(self._times.first_boot)
            self._updater.confirm(self.slot)
            self._firmware.storage.files.confirm()

    def _due(self) -> float | None:
        """When to look without being asked."""
        pauses = [pause for pause, true in (
            (AGAIN, self._put_off), (APART if self._left < TRIES else AGAIN, self._left),
            (self._own.every, self._own.every),
        ) if true]  # fmt: skip
        return self._clock.now() + min(pauses) if pauses else None

    # --- when asked -------------------------------------------------------------------------

    def look_now(self) -> None:
        """Have the store asked as soon as nobody sells."""
        self._asked = True
        self._wanted.notify()

    def obstacle(self, offer: Offer) -> str:
        """What stands in the way of this update now; ``""`` for nothing."""
        firmware = self._firmware
        if cause := self._starving():
            return cause
        if firmware.flash.free < self._updater.room_for(offer) + RESERVE:
            return "storage_full"
        return ""

    def _starving(self) -> str:
        """What of its power would not carry an update; ``""`` for nothing."""
        firmware, cell = self._firmware, self._firmware.board.cell
        if not firmware.power.is_healthy():
            return "supply_low"
        low = cell is not None and cell.fitted and not cell.fed
        return "battery_low" if low and cell and cell.percent < self._own.battery else ""

    def _look(self, *, asked: bool) -> None:
        asked = asked or bool(self._left or self._put_off)
        self._put_off = None
        try:
            offer = self._offer(asked=asked)
        except (PortError, Garbled) as error:
            self._firmware.log.say_warning("upd", f"store not reached: {error}")
            refused = isinstance(error, CertificateRefused)
            self._trouble("tls_error" if refused else "update_link_lost", asked=asked)
            return
        if offer is None:
            return
        self._left = 0
        if cause := self.obstacle(offer):
            self._put_off = offer
            self.tell("deferred", {"version": offer.version, "cause": cause})
            return
        with self._closed:
            committed = self._updater.install(offer, self._firmware.version)
            if committed:
                self._firmware.restart("update")
        self._set_busy(False)
        self._put_in_force()

    def _offer(self, *, asked: bool) -> Offer | None:
        """What is to be fetched; raises PortError and Garbled."""
        firmware = self._firmware
        if asked:
            with firmware.payment.turn.taken():  # a sale under way comes first
                cause = firmware.comms.wanted()
            if cause is not None:
                self._trouble(cause, asked=True)
                return None
        offer = self._updater.look(firmware.version, asked=asked)
        if offer is None and asked:
            firmware.log.say("upd", "nothing newer")
            self._updater.give_up()
            self._left = 0
        return offer

    def _trouble(self, cause: str, *, asked: bool) -> None:
        """The store was not reached: whoever asked is told why, who looks by itself tries again."""
        if self._left:
            self._count_down()
        elif asked:
            self._firmware.alarms.note(cause)

    def _count_down(self) -> None:
        self._left -= 1
        if not self._left:
            self._updater.give_up()

    def restore(self) -> bool:
        """For the recovery loader: True when a restart will run what was fetched."""
        with self._closed:
            return self._updater.restore()

    @property
    def takes(self) -> bool:
        """Whether anything may be handed over now."""
        return not self.busy and self.slot is not None

    def take(self, size: int, ask: Ask) -> str:
        """Install what is handed over: ``""`` where a restart will run it, else the cause.

        Args:
            size: Bytes of the image.
            ask: For the block that begins at an offset.
        """
        self._cause = ""
        with self._closed:
            committed = self._updater.receive(size, ask, self._firmware.version)
        self._set_busy(False)
        return "" if committed else self._cause or "update_failed"

    def _connect(self) -> Any:
        firmware, store = self._firmware, self._firmware.board.store
        socket = firmware.board.net.connect(store, self._clock.now() + self._times.connect)
        if store[1] != HTTPS:
            return socket
        secure = firmware.Secure(
            host=store[0], authorities=firmware.keys.authorities,
            certain_time=firmware.timekeeping.certain, wait=self._times.handshake,
        )  # fmt: skip
        return secure.over(socket)

    def _put_in_force(self) -> None:
        """Settings that came as an image; said where there are any."""
        firmware = self._firmware
        for kind in self.settings.known:
            if self.settings.version(kind) != "0":
                firmware.log.say("cfg", f"{kind} {self.settings.said(kind)}")
        usual = self._times.heartbeat
        firmware.comms.heartbeat_every = self.settings.value("configuration", "heartbeat", usual)

    # --- what is said -----------------------------------------------------------------------

    def tell(self, phase: str, fields: dict[str, Any]) -> None:
        """One phase of an update: logged, shown, and the till closed when its time has come."""
        if phase == CLOSING:
            self._close(fields)
        cause = self._cause = str(fields.get("cause") or "")
        self._say(phase, fields)
        self._set_busy(phase in RUNNING and cause != "update_interrupted")
        alarms = self._firmware.alarms
        if phase == "paused" and cause == "update_link_lost":
            alarms.begin(cause)
        else:
            alarms.end("update_link_lost")
            if cause:
                alarms.note(cause, str(fields.get("why") or ""))
        if phase in TEXTS:
            self._firmware.screen.show(TEXTS[phase])

    def _close(self, fields: dict[str, Any]) -> None:
        """Nobody sells from here on: a sale under way comes first, and a supply that carries it."""
        firmware = self._firmware
        told: dict[str, Any] = {one: fields[one] for one in ("version", "of") if one in fields}
        if firmware.payment.turn.held:
            self._say("deferred", {**told, "cause": BUSY})
        self._closed.enter_context(firmware.payment.turn.taken())
        if cause := self._starving():
            self._say("deferred", {**told, "cause": cause})
        while self._starving():
            self._clock.sleep(AGAIN)

    def _say(self, phase: str, fields: dict[str, Any]) -> None:
        cause = str(fields.get("cause") or "")
        words = [f"phase={phase}"]
        words += [
            f"{name}={fields[name]}" for name in ("version", "percent", "of") if name in fields
        ]
        code = cause if cause == BUSY else cause and self._firmware.alarms.alarm(cause).code
        words += [f"why={code}"] if code else []
        words += [f"({fields['why']})"] if fields.get("why") else []
        self._firmware.log.say("upd", " ".join(words))

    def _set_busy(self, busy: bool) -> None:
        self.busy = busy
        self._firmware.state.log_change()
