"""A modem's data context by 3GPP TS 27.007: APN, attach, activation (10.1)."""

import re
from collections.abc import Callable, Sequence

from harness.drivers._at import Refused
from harness.drivers._modem_ways import Asking, each, lacks
from harness.errors import DeviceRefused
from harness.model.cellular import Context
from harness.wire import at_context as contexts

#: TS 23.003, 9.1: labels of letters, digits and hyphens; empty is the network's default.
APN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}|")


class WithBearers(Asking):
    """Plays Bearers on one context.

    Attributes:
        cid: The context's number.
    """

    cid: int

    def context(self) -> Context:
        """Whether it is active, and its APN and address: those in force, else as defined."""
        raw = self._at.ask("AT+CGACT?")
        states = dict(filter(None, map(contexts.cgact, raw)))
        if states.get(self.cid):
            raw += self._told(f"AT+CGCONTRDP={self.cid}")
            told = self._own(raw, contexts.cgcontrdp)
            if told is not None and told.address:
                return Context(True, told.apn, told.address, "\n".join(raw))
            raw += self._told(f"AT+CGPADDR={self.cid}")
            address = dict(filter(None, map(contexts.cgpaddr, raw))).get(self.cid, "")
            apn = told.apn if told is not None else self._defined(raw).apn
            return Context(True, apn, contexts.address(address), "\n".join(raw))
        return Context(False, self._defined(raw).apn, None, "\n".join(raw))

    def set_apn(self, apn: str) -> None:
        """Define the context anew, of the type it had; in force from its next activation.

        Raises:
            DeviceRefused: It is no APN, or the modem does not take it.
        """
        if not APN.fullmatch(apn):
            raise DeviceRefused(f"{apn!r} is no access point name (TS 23.003, 9.1)")
        kind = self._defined([]).kind or "IP"
        self._at.ask(f'AT+CGDCONT={self.cid},"{kind}","{apn}"')

    def attach(self, *, on: bool) -> None:
        """+CGATT: attach to the packet network, or detach; up to 140 s."""
        self._at.ask(f"AT+CGATT={int(on)}")

    def activate(self, *, on: bool) -> None:
        """+CGACT: activate the context or not; up to 150 s.

        Raises:
            Refused: With the network's reason. The last context of LTE cannot be deactivated by
                itself (CME 151, 171): detach instead.
        """
        self._at.ask(f"AT+CGACT={int(on)},{self.cid}")

    def _defined(self, raw: list[str]) -> contexts.PdpContext:
        raw += self._at.ask("AT+CGDCONT?")
        return self._own(raw, contexts.cgdcont) or contexts.PdpContext(self.cid, "")

    def _told(self, command: str) -> list[str]:
        """The lines of an answer; none where the modem has no such command."""
        try:
            return self._at.ask(command)
        except Refused as refused:
            if lacks(refused.final):
                return []
            raise

    def _own(
        self, lines: Sequence[str], read: Callable[[str], contexts.PdpContext | None]
    ) -> contexts.PdpContext | None:
        def mine(line: str) -> contexts.PdpContext | None:
            found = read(line)
            return found if found is not None and found.cid == self.cid else None

        return each(mine)(lines)
