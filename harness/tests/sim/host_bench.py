"""An acquirer by itself, and a terminal's end of its line, by hand."""

import json
import random
from collections.abc import Callable
from typing import Any, TypeVar

from harness.clock import CooperativeClock
from harness.files import fixture, read_plain
from harness.ports.memory import pair
from harness.sim.acquirer import Acquirer
from harness.wire import mac
from harness.wire.iso8583 import Deframer, Message, frame, unframe
from harness.wire.subfields import Kind, Totals, WorkKeys

T = TypeVar("T")
PAN = "6212345678901265"
MASTER = bytes.fromhex("11" * 16)


class Teller:
    """A terminal's end of a connection, by hand."""

    def __init__(self, clock: CooperativeClock, host: Acquirer, outlet: str = "iso8583") -> None:
        self.clock = clock
        self.port, theirs = pair(clock, "host")
        host.outlets[outlet](theirs)
        self.deframer = Deframer()
        self.keys: WorkKeys | None = None
        self.batch = 0

    def send(self, message: Message, *, seal: bool = True) -> None:
        if seal and self.keys is not None:
            message = mac.sealed(message, self.keys.mac, self.keys.method)
        self.port.write(frame(message))

    def receive(self, within: float = 1.0) -> Message | None:
        until = self.clock.now() + within
        while (chunk := self.port.read(until)) is not None:
            for inside in self.deframer.feed(chunk.data):
                return unframe(inside)
        return None

    def ask(self, message: Message, *, seal: bool = True) -> Message:
        self.send(message, seal=seal)
        reply = self.receive()
        assert reply is not None
        return reply

    def sign_on(self, form: str = "003", tid: str = "HIL00001") -> Message:
        reply = self.ask(
            Message("0800", {11: "000001", 41: tid, 42: "9" * 15,
                             60: Kind("00", 0, form).text, 63: "01 "}), seal=False,
        )  # fmt: skip
        if reply.get(39) == "00":
            self.keys = WorkKeys.unwrap(reply.get(62), MASTER, form)
            self.batch = Kind.parse(reply.get(60)).batch
        return reply

    def sale(self, stan: int, amount: int = 1234, mti: str = "0200", **more: str) -> Message:
        fields = {
            2: PAN, 3: "000000", 4: f"{amount:012d}", 11: f"{stan:06d}", 22: "051", 25: "00",
            41: "HIL00001", 42: "9" * 15, 49: "156", 60: Kind("22", self.batch).text,
        }  # fmt: skip
        fields |= {int(name[1:]): text for name, text in more.items()}
        return Message(mti, {number: text for number, text in fields.items() if text})

    def reversal(self, stan: int, amount: int = 1234) -> Message:
        return self.sale(stan, amount, mti="0400", f39="98")

    def related(
        self, stan: int, of: int, row: tuple[str, str, str, str], amount: int = 1234
    ) -> Message:
        """A message about another one of this batch; ``row``: MTI, fields 3, 25 and 60.1."""
        mti, processing, condition, kind = row
        return self.sale(
            stan, amount, mti, f3=processing, f25=condition, f60=Kind(kind, self.batch).text,
            f61=f"{self.batch:06d}{of:06d}" if of else "",
        )  # fmt: skip

    def code(self, message: Message) -> str:
        """The answer's code."""
        return self.ask(message).get(39)

    def item(self, stan: int, amount: int = 1234) -> Message:
        """A chip item of a batch upload."""
        return self.sale(stan, amount, "0320", f60=Kind("00", self.batch, "203").text)

    def upload_end(self, how: str, count: int) -> Message:
        return Message("0320", {
            11: "000950", 41: "HIL00001", 42: "9" * 15, 48: f"{count:04d}",
            60: Kind("00", self.batch, how).text,
        })  # fmt: skip

    def settlement(self, totals: Totals) -> Message:
        return Message("0500", {11: "000900", 41: "HIL00001", 42: "9" * 15, 48: totals.text(),
                                49: "156", 60: Kind("00", self.batch, "201").text})  # fmt: skip


class Bench:
    """A host, and what its control connection has told."""

    def __init__(self, ledger: str = "", **changed: Any) -> None:
        self.clock = CooperativeClock()
        plain = read_plain(fixture("host", "test_acquirer.yaml")) | changed
        self.host = Acquirer(self.clock, plain, rng=random.Random(1), ledger=ledger)

    def run(self, story: Callable[["Bench"], T]) -> T:
        def main() -> T:
            self.control, theirs = pair(self.clock, "control")
            self.host.outlets["control"](theirs)
            return story(self)

        return self.clock.run(main)

    def teller(self, outlet: str = "iso8583") -> Teller:
        """One who has signed on."""
        teller = Teller(self.clock, self.host, outlet)
        teller.sign_on()
        return teller

    def do(self, **request: Any) -> dict[str, Any]:
        self.control.write(json.dumps(request).encode() + b"\n")
        self.clock.sleep(0.001)
        return next(line for line in reversed(self.lines()) if "event" not in line)

    def lines(self) -> list[dict[str, Any]]:
        while self.control.readable:
            chunk = self.control.read(self.clock.now())
            assert chunk is not None
            self._text = getattr(self, "_text", "") + chunk.data.decode()
        return [json.loads(line) for line in getattr(self, "_text", "").splitlines()]

    def events(self, *words: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line.get("event") in words]

    def rules(self) -> list[str]:
        return [event["rule"] for event in self.events("violation")]
