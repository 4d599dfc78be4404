"""An outlet of a rack power strip, or a PoE port of a switch, by SNMP (v1 or v2c).

Source, by ``mib``: PowerNet-MIB of APC (``apc``: rPDUOutletControl/Status; ``apc_master``:
sPDUOutletCtl), PDU2-MIB of Raritan (``raritan``), EATON-EPDU-MIB (``eaton``), POWER-ETHERNET-MIB of
RFC 3621 (``poe``: pethPsePortAdminEnable). Messages by pysnmp (RFC 3416); needs the package's extra
``switches``. v3 is not spoken. The community is a name in clear on the wire, no secret.
"""

from typing import Any, ClassVar, Literal

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import api

from harness.drivers._outlets import MIBS
from harness.drivers._switched import Feeds, Switched
from harness.errors import DeviceRefused, Garbled, PortTimeout, UsageError
from harness.model.power import Switching
from harness.ports.base import Port

IDENTITY = None
ANSWER_WITHIN, TRIES = 1.0, 3  # s for each; UDP may lose a datagram
#: What the decoder raises at bytes that are no SNMP: its own, and what its parts stumble over.
NONSENSE = (PyAsn1Error, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
VERSIONS = {"1": api.SNMP_VERSION_1, "2c": api.SNMP_VERSION_2C}


class Driver(Switched):
    """Plays Switch and SafeState."""

    NAME: ClassVar[str] = "the outlet"
    switching = Switching(min_open=2.0, bounce=0.01, feeds="mains")

    def __init__(
        self,
        port: Port,
        *,
        mib: Literal["apc", "apc_master", "raritan", "eaton", "poe"],
        outlet: int,
        group: int = 1,
        community: str = "private",
        version: Literal["1", "2c"] = "2c",
        settle: float = 4.0,
        feeds: Feeds | None = None,
    ) -> None:
        """Nothing is asked yet.

        Args:
            port: ``udp://host:161``.
            mib: apc, apc_master, raritan, eaton or poe.
            outlet: Which, counted from 1; a switch's port for poe.
            group: The unit of a chain of strips, or the switch's port group, counted from 1.
            community: One that may write.
            version: 1 or 2c.
            settle: Seconds within which the strip must tell the new state.
            feeds: What it opens, where that is not what the MIB says.
        """
        self._mib = MIBS[mib]
        super().__init__(port, feeds=feeds or self._mib.feeds)
        if outlet < 1 or group < 1:
            raise UsageError(f"outlet {outlet}, group {group}: both are counted from 1")
        self._place = {"n": outlet, "g": group, "u": group - 1}
        self._api: Any = api.PROTOCOL_MODULES[VERSIONS[version]]
        self._community, self._settle, self._wanted = community, settle, False

    def _move(self, *, closed: bool) -> float:
        where, value = self._mib.on if closed else self._mib.off
        self._ask(self._api.SetRequestPDU(), where, self._api.Integer(value))
        t = self._port.clock.now()
        while self._is_closed() != closed and self._port.clock.now() < t + self._settle:
            self._port.read(self._port.clock.now() + 0.2)  # strips take a second to tell
        return t

    def _is_closed(self) -> bool:
        value = self._ask(self._api.GetRequestPDU(), self._mib.state, self._api.Null(""))
        try:
            return self._mib.means[int(value)]
        except (KeyError, TypeError, ValueError, PyAsn1Error) as error:
            said = value.prettyPrint() or type(value).__name__
            raise Garbled(f"{self._port.address}: outlet state {said!r} means nothing") from error

    def _ask(self, pdu: Any, name: str, value: Any) -> Any:
        """The value an agent answers with; asked again when a datagram seems lost."""
        own = self._api
        own.apiPDU.set_defaults(pdu)
        own.apiPDU.set_varbinds(pdu, [(name.format(**self._place), value)])
        message = own.Message()
        own.apiMessage.set_defaults(message)
        own.apiMessage.set_community(message, self._community)
        own.apiMessage.set_pdu(message, pdu)
        number = own.apiPDU.get_request_id(pdu)
        for _ in range(TRIES):
            self._port.write(encoder.encode(message))
            answer = self._answer(number)
            if answer is not None:
                return self._checked(answer, name)
        raise PortTimeout(f"{self._port.address}: no agent answers (community, access list?)")

    def _answer(self, number: Any) -> Any:
        until = self._port.clock.now() + ANSWER_WITHIN
        while chunk := self._port.read(until):
            try:
                message, _ = decoder.decode(chunk.data, asn1Spec=self._api.Message())
                pdu = self._api.apiMessage.get_pdu(message)
                late = self._api.apiPDU.get_request_id(pdu) != number
            except NONSENSE as error:
                raise Garbled(
                    f"{self._port.address}: {chunk.data[:20].hex()} is no SNMP"
                ) from error
            if not late:
                return pdu
        return None

    def _checked(self, pdu: Any, name: str) -> Any:
        status = self._api.apiPDU.get_error_status(pdu)
        if status:
            said = f"{name.format(**self._place)}: {status.prettyPrint()}"
            raise DeviceRefused(f"{self._port.address}: {said}")
        told = self._api.apiPDU.get_varbinds(pdu)
        if not told:
            raise Garbled(f"{self._port.address}: the answer about {name} has no value")
        return told[0][1]
