"""A smart terminal as other applications on it see it: Lakala's payment intent, over adb.

``terminal: {driver: lakala_intent, address: "127.0.0.1:5037", device: SERIAL}``; the address is the
adb server's. ``am start`` cannot receive what an activity ends with, so a small application of the
bench, the courier, is installed on the terminal; its contract is told in ``_courier.py``.

An order is asked for once and never again: what was started and has no result is ``unknown``, and
``last_result`` asks for it by its number. Source: payment application developers' documents as far
as they are public (Lakala's callers; starpos.com.cn); what differs is ``intent.yaml``.
"""

from collections.abc import Mapping, Sequence

from harness.drivers._adb import quoted
from harness.drivers._courier import Courier, Gone, Word
from harness.drivers._intent_report import Reporter
from harness.drivers._intents import Said, read_intents
from harness.errors import DeviceRefused, NotSupported, PortLost, PortTimeout
from harness.model.register import Deal, Wish
from harness.model.roles import Observe, SaleResult, ignore
from harness.model.units import Money, Seconds
from harness.model.updates import Image
from harness.ports.base import Port

IDENTITY = None
IMAGE, BLOCK = "/data/local/tmp/hil-update.img", 1 << 16  # where an update is put; B at a time
NOT_THERE = "this payment application has no {}"
READY = "00"  # what ``status`` says of a terminal that may sell


class Driver:
    """Plays Terminal, Desk, Settles, Reprints, ForgetfulRegister, Updatable, Pushable."""

    def __init__(
        self,
        port: Port,
        *,
        personality: str = "smart",
        device: str = "",
        courier: str = "test.hil.courier",
        appid: str = "test.hil.courier",
        within: Seconds = Seconds(10),
        complete_within: Seconds = Seconds(180),
    ) -> None:
        """Nothing is asked yet.

        Args:
            port: TCP to the adb server.
            personality: Folder of ``fixtures/terminal``, or a path; see ``_intents``.
            device: Serial number of the terminal; the only one when left out.
            courier: Package of the courier.
            appid: Who asks, as the payment application wants to know it.
            within: How long a command may take.
            complete_within: The wait for the next sign of life of a transaction.
        """
        self.observe: Observe = ignore
        self._intents = read_intents(personality)
        self._always = {**self._intents.always, "appid": appid}
        self._courier = Courier(port, device, courier, within=within, life=complete_within)
        self._order = ""

    # --- Terminal ---------------------------------------------------------------------------

    def identify(self) -> str:
        """Model, build and serial number."""
        return self._courier.identify()

    def sign_on(self) -> None:
        """See that the terminal has started and has the courier; raises DeviceRefused, PortLost."""
        self._courier.check()

    def sell(self, amount: Money) -> SaleResult:
        """A sale, to its end. ``failed`` without a code: it was never started."""
        return self.transact(Wish("sale", amount))

    def abort(self) -> None:
        """The BACK key; may be called while another task waits in ``sell``."""
        self._courier.press_back()

    @property
    def asks_by_number(self) -> bool:
        """Whether ``last_result`` asks for an order of ours."""
        return bool(self._order)

    def last_result(self) -> SaleResult | None:
        """What the application says of our last order; ``unknown`` without an answer."""
        asked = {"what": "order", "order_no": self._order} if self._order else {"what": "last"}
        try:
            answer = self._courier.query(asked)
        except PortLost as error:
            return SaleResult("unknown", text=str(error))
        if answer.get("open"):
            return SaleResult("unknown", text="it is still under way")
        if not answer.get("found"):
            return SaleResult("failed", text="no such order was taken") if self._order else None
        return self._say.conclude(answer)[0]

    def lose_responses(self, *, on: bool) -> None:
        """While on, results are as if they had never arrived; the order is asked for then."""

        def lost(word: Word) -> None:
            self.observe("acknowledgement_withheld", t=word.t, code=str(word.fields.get("result")))

        self._courier.lost = lost if on else None

    def status(self) -> str:
        """``00`` when it may sell, else its own code or state; raises PortLost."""
        answer = self._courier.query({"what": "condition"})
        word, code = str(answer.get("state", "")), str(answer.get("code", ""))
        said = Said(
            code, text=str(answer.get("text", word)), cause=self._intents.causes.get(code, "")
        )
        status = code or (READY if word == "ready" else word)
        self.observe("terminal_status", code=status, text=said.text)
        self._say.report(said, None)
        return status

    # --- Desk, Settles, Reprints, Updatable -------------------------------------------------

    def deals(self) -> Sequence[Deal]:
        """Those of the personality."""
        return self._intents.known()

    def lacks(self) -> Mapping[str, str]:
        """What this payment application cannot be asked for."""
        known = {"settle": self._intents.settle, "reprint": self._intents.reprint}
        return {act: NOT_THERE.format(act) for act, extras in known.items() if extras is None}

    def nameable(self) -> frozenset[str]:
        """The causes that this payment application has a code for."""
        return frozenset(self._intents.causes.values())

    def transact(self, wish: Wish) -> SaleResult:
        """One transaction; raises NotSupported."""
        if wish.deal not in self._intents.known():
            raise NotSupported(f"this payment application has no {wish.deal}")
        return self._perform(self._intents.extras(wish), numbered=True)

    def settle(self) -> SaleResult:
        """End of day; raises NotSupported."""
        return self._act("settle", self._intents.settle)

    def reprint(self) -> SaleResult:
        """The last receipt again; raises NotSupported."""
        return self._act("reprint", self._intents.reprint)

    def start_update(self) -> None:
        """By the command of the personality; raises NotSupported, DeviceRefused."""
        if not self._intents.update:
            raise NotSupported("this terminal cannot be asked to look for an update")
        self._courier.command(self._intents.update)

    def push_update(self, image: Image) -> SaleResult:
        """By ``adb push`` and the personality's command; ``approved`` when that was taken."""
        if not self._intents.handed:
            raise NotSupported("this terminal cannot be handed an image")
        try:
            pieces = (image.read(at, BLOCK) for at in range(0, image.size, BLOCK))
            self._courier.push(IMAGE, b"".join(pieces))
            self._courier.command(self._intents.handed.format(file=quoted(IMAGE)))
        except (PortLost, PortTimeout, DeviceRefused) as error:
            return SaleResult("failed", text=str(error))
        return SaleResult("approved")

    def _act(self, name: str, extras: Mapping[str, str] | None) -> SaleResult:
        if extras is None:
            raise NotSupported(NOT_THERE.format(name))
        return self._perform(dict(extras), numbered=False)

    def _perform(self, extras: dict[str, str], *, numbered: bool) -> SaleResult:
        try:
            number = self._courier.new_number()
        except PortLost as error:
            return SaleResult("failed", text=str(error))  # nothing was started
        extras = {**self._always, **extras, "time_stamp": number.stamp}
        if numbered:
            extras["order_no"] = self._order = number.text
        try:
            answer = self._courier.ask(number.text, self._intents.target, extras, self._say.stage)
        except Gone as error:
            self.observe("ecr_status", code="", text=f"link lost: {error}")
            if not error.started:
                return SaleResult("failed", text=str(error))
            known = self.last_result() if numbered else None
            return known or SaleResult("unknown", text=str(error))
        if "error" in answer.fields:
            return SaleResult("failed", text=str(answer.fields["error"]))
        result, said = self._say.conclude(answer.fields)
        told = {"stan": result.stan, "trace": result.trace}
        more = {name: number for name, number in told.items() if number}
        self.observe("ecr_result", t=answer.t, code=result.code, text=result.text, **more)
        self._say.report(said, answer.t)
        return result

    @property
    def _say(self) -> Reporter:
        return Reporter(self.observe, self._intents)
