"""The signature pad: a cardholder signs for what was approved, and the host gets the signature.

The sale stands without it (scenario H-4): what was not signed in time, or not uploaded yet, is kept
in the flash, said, and made up for at the settlement.
"""

from typing import TYPE_CHECKING, Any

from harness.sim.terminal.acquiring import BadAnswer
from harness.sim.terminal.comms import NoAnswer, Unsent
from harness.sim.terminal.records import Entry
from harness.wire.subfields import Original

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

KEPT = "signatures"  # a flash record: trace numbers whose signatures the host has not got
SIGNING = 3.0  # s that a signature takes
WAIT = 60.0  # s that a cardholder has for it


class Signatures:
    """Asks for signatures, keeps them, has them uploaded."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware

    @property
    def fitted(self) -> bool:
        """Whether this model has a pad."""
        return "pad_cable" in self._firmware.body.parts

    def take(self, entry: Entry) -> None:
        """Ask for the signature of an approved sale; never raises for one that does not come."""
        if not self.fitted:
            return
        firmware = self._firmware
        self._say("asked", entry.stan)
        firmware.screen.show("sign")
        signed = self._signed()
        self.keep(entry.stan, signed=signed)
        self._say("taken" if signed else "pending", entry.stan)
        if not signed:
            firmware.alarms.begin("signature_pending", f"stan={entry.stan:06d} not signed")
        firmware.screen.show("approved")

    def _signed(self) -> bool:
        body, clock = self._firmware.body, self._firmware.clock
        until = clock.now() + WAIT
        if not body.usual("pad_cable"):
            return False

        def able() -> bool:
            return body.usual("pad_cable") and body.usual("signer")

        while body.changed.wait_for(able, until):
            left = min(SIGNING, until - clock.now())
            if not body.changed.wait_for(lambda: not able(), clock.now() + left):
                return left >= SIGNING
        return False

    def waiting(self) -> list[dict[str, Any]]:
        """What the host has not got: ``batch``, ``stan`` and ``signed`` of each."""
        return list(self._firmware.storage.recall(KEPT) or [])

    def keep(self, stan: int, *, signed: bool) -> None:
        """Durable when this returns."""
        storage = self._firmware.storage
        row = {"batch": storage.batch, "stan": stan, "signed": signed}
        storage.remember(KEPT, [*self.waiting(), row])

    def check(self) -> None:
        """At a start: what waits is said again."""
        missing = [row for row in self.waiting() if not row["signed"]]
        if missing:
            self._firmware.alarms.begin("signature_pending", f"{len(missing)} not signed")

    def upload(self) -> None:
        """Send what waits, oldest first; what fails stays for the next time."""
        firmware = self._firmware
        for row in self.waiting():
            stan = firmware.storage.next_stan()
            request = firmware.acquiring.signature(
                stan, firmware.storage.batch, Original(row["batch"], row["stan"], "0000"),
                signed=bool(row["signed"]),
            )  # fmt: skip
            try:
                answer = firmware.comms.exchange(request, firmware.times.response)
            except (Unsent, NoAnswer, BadAnswer):
                return
            if answer.get(39) != "00":
                return
            firmware.storage.remember(KEPT, [one for one in self.waiting() if one != row])
            self._say("uploaded", int(row["stan"]))
        firmware.alarms.end("signature_pending")

    def _say(self, state: str, stan: int) -> None:
        self._firmware.log.say("sign", f"state={state} stan={stan:06d}")
