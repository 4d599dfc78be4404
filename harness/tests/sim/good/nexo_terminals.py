"""Terminals that are good by nexo, and speak it otherwise than the reference does.

Source: nexo Sale to POI Protocol 3.1; what leaves it open stands at each.
"""

from typing import Any

from harness.ports.base import Port
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Telling
from harness.sim.terminal.registers import nexo as register
from harness.sim.terminal.registers._nexo_acts import Acts
from harness.sim.terminal.registers._nexo_bodies import failure
from harness.tests.sim.good.other_registers import served
from harness.wire import nexo

#: What a response can do without: the terminal's own words, and optional objects.
OPTIONAL = frozenset({
    "AmountsResp", "PaymentInstrumentData", "MerchantID", "CommunicationOKFlag", "CardReaderOKFlag",
    "SaleData",
})  # fmt: skip


def acting(base: type[Firmware], acts: type[Acts]) -> type[Firmware]:
    """The same, that acts otherwise."""

    def make(firmware: Firmware, port: Port) -> register.Dialogue:
        dialogue = register.Dialogue(firmware, port)
        dialogue._acts = acts(firmware, dialogue._write)
        return dialogue

    return served(base, "nexo", make)


def hangs_up_after_each_response(base: type[Firmware]) -> type[Firmware]:
    """A session lasts from Login to Logout; no rule keeps its connection open."""

    class Own(register.Dialogue):
        def _answer(self, message: nexo.Message) -> None:
            super()._answer(message)
            if message.header.category != "Abort":
                self._gone = True
                self._port.close()

    return served(base, "nexo", Own)


def responds_twice(base: type[Firmware]) -> type[Firmware]:
    """A response that comes again, by its ServiceID, is the same one."""

    class Own(register.Dialogue):
        def _write(self, message: nexo.Message) -> None:
            super()._write(message)
            if message.header.kind == "Response":
                super()._write(message)

    return served(base, "nexo", Own)


def says_little(base: type[Firmware]) -> type[Firmware]:
    """No Display; a failure is its ErrorCondition; what is optional is left out."""

    class Own(Acts):
        def tell(self, what: Telling) -> None:
            """Nothing."""

        def answer(self, message: nexo.Message) -> nexo.Message | None:
            made = super().answer(message)
            return None if made is None else nexo.Message(made.header, bare(made.body))

    return acting(base, Own)


def bare(value: Any) -> Any:
    """A body without what it can do without; a receipt's number stays."""
    if isinstance(value, list):
        return [bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: bare(one) for key, one in value.items()
        if key not in OPTIONAL
        and (key != "AdditionalResponse" or str(one).startswith("receipt"))
    }  # fmt: skip


def talks_in_between(base: type[Firmware]) -> type[Firmware]:
    """Events; displays that want a response; a status that is in progress first; makers' data."""

    class Own(Acts):
        asked_for: Any = None

        def answer(self, message: nexo.Message) -> nexo.Message | None:
            header, about = message.header, message.body.get("MessageReference")
            if header.category == "TransactionStatus" and self.asked_for != about:
                self.asked_for = about
                return nexo.Message(header.answered(), failure("InProgress"))
            if header.category in ("Payment", "Reversal"):
                self._notify("SaleWakeUp", "")
            made = super().answer(message)
            if made is None:
                return None
            self._notify("Completed", header.category)
            return nexo.Message(made.header, {**made.body, "Vendor": {"rows": [1, {"a": "b"}]}})

        def tell(self, what: Telling) -> None:
            usual = self._show

            def wanting(message: nexo.Message) -> None:
                for output in message.body["DisplayOutput"]:
                    output["ResponseRequiredFlag"] = True
                usual(message)

            self._show = wanting
            try:
                super().tell(what)
            finally:
                self._show = usual

    return acting(base, Own)
