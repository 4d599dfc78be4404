"""The test acquirer, over its control connection: tells what the host sees, has it misbehave.

Source: ``harness/sim/acquirer.py``, "Outlet control" (JSON lines; the project's own host).
"""

from typing import Any

from harness.drivers._json_lines import JsonLines
from harness.errors import BenchError
from harness.model.network import CertificateKind, Door, Which
from harness.model.roles import Observe, ignore
from harness.ports.base import Port
from harness.wire.pan import mask

IDENTITY = r"terminal-harness acquirer"

#: Events that are observations of the source ``host``, field by field (DESIGN.md, 5).
OBSERVED = frozenset(
    {"connected", "disconnected", "request_received", "reply_due", "answered", "misbehaved",
     "signed_on", "signed_off", "settled", "ledger_entry", "ledger_end", "violation",
     "certificate", "handshake", "door", "turned_away", "clock", "signature_received"}
)  # fmt: skip


#: What its state must say once it is safe.
SAFE: dict[str, Any] = {"misbehaving": [], "certificate": "good", "door": "open"}


class Driver:
    """Plays Host, Dated, Certified, Doored, Watched, SafeState and Identified."""

    def __init__(self, port: Port) -> None:
        self.observe: Observe = ignore
        self._lines = JsonLines(port, self._heard)

    def identify(self) -> str:
        return str(self._lines.ask("identify").get("identity", ""))

    def attend(self) -> None:
        self._lines.attend()

    def look(self) -> None:
        """Whether it still answers; raises Unheard, with its last word's time."""
        self.identify()

    def misbehave(self, act: str, *, on: str = "0200", **how: Any) -> None:
        """Have the host misbehave.

        Args:
            act: A word of the host's own: see ``harness/sim/host_acts.py``.
            on: MTI of the request, or ``any``.
            **how: ``by`` in seconds, ``times``, ``after`` (so many are let pass), ``code``.
        """
        asked = {name: value for name, value in how.items() if value is not None}
        self._lines.ask("misbehave", act=act, on=on, **asked)

    def behave(self) -> None:
        self._lines.ask("behave")

    def ask_ledger(self) -> None:
        self._lines.ask("ledger")

    def present(self, certificate: CertificateKind) -> None:
        """Which certificate new connections over TLS meet; those there are end."""
        self._lines.ask("certificate", kind=certificate)

    def set_door(self, state: Door, which: Which = "all") -> None:
        """Open, closed, or nobody there at all; of the primary host, the secondary, or both."""
        self._lines.ask("door", state=state, **({} if which == "all" else {"which": which}))

    def demand(self, what: str) -> None:
        """What each answer's header asks of terminals: ``sign_on``, ``parameters`` ..."""
        self._lines.ask("demand", what=what)

    def set_time_of_day(self, at: str) -> None:
        """Move the host's clock on to a time of day, as ``23:58:30``."""
        self._lines.ask("clock", to=at)

    def make_safe(self) -> None:
        """End all misbehaviour and read back that none is left; raises BenchError."""
        self.behave()
        self.present("good")
        self.set_door("open")
        state = self._lines.ask("state")
        if [state.get(name) for name in SAFE] != list(SAFE.values()):
            raise BenchError(f"the host still misbehaves: {state}")

    def _heard(self, event: str, t: float, fields: dict[str, Any]) -> None:
        if event in OBSERVED:
            self.observe(event, t=t, **{name: _masked(value) for name, value in fields.items()})


def _masked(value: Any) -> Any:
    """A second net: the host truncates already, but a foreign one may not."""
    return mask(value) if isinstance(value, str) else value
