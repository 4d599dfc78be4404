"""Two ends by two hands: each family's driver on each of its simulated models."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from harness.clock import CooperativeClock
from harness.errors import DeviceRefused, NotSupported
from harness.model.network import Exhaustion
from harness.model.words import find
from harness.rig.address import BenchPort
from harness.sim.bench import Bench
from harness.sim.modems.models import language_of, models

T = TypeVar("T")

#: Models that tell no reject cause by +CEREG, have no byte counter, no USSD.
NO_CAUSE, NO_COUNTER = {"em7565", "sim7600e"}, {"a7670", "em7565", "generic", "l716", "sim7600e"}
NO_USSD = {"bg95", "em7565", "sara_r510"}


class Meeting:
    """A model behind the bench's port, and its family's driver."""

    def __init__(self, clock: CooperativeClock, model: str) -> None:
        self.clock, self.bench = clock, Bench(clock, {"terminal": None, "modem": model})
        kind = find("harness.drivers", language_of(model), group="harness.drivers", name="Driver")
        self.port = BenchPort(clock, "sim://modem", self.bench.connect)
        self.port.open()
        self.driver: Any = kind(self.port)
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.driver.observe = self._observe
        clock.sleep(40)

    def _observe(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append((kind, fields))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [fields for one, fields in self.seen if one == kind]

    def watch(self, seconds: float) -> None:
        """What an owner does."""
        until = self.clock.now() + seconds
        while self.clock.now() < until:
            self.driver.poll()
            self.clock.sleep(2.5)
            self.driver.attend()


def meet(model: str, story: Callable[[Meeting], T]) -> T:
    """Run a story on a bench with this modem."""
    clock = CooperativeClock()
    return clock.run(lambda: story(Meeting(clock, model)))


@pytest.mark.parametrize("model", models())
def test_a_driver_reads_what_its_model_says(model: str) -> None:
    """Card, signal, registration, cell, context, time, texts: the same truth from every family."""

    def story(meeting: Meeting) -> None:
        driver, bench = meeting.driver, meeting.bench
        identity = bench.modem.personality["identity"]
        for value in (identity["maker"], identity["model"], identity["imei"]):
            assert value in driver.identify()
        assert driver.sim_state() == "READY"
        assert driver.iccid() == "89860000000000000019"
        assert driver.imsi() == "001010123456789"
        assert driver.signal().rsrp == -85
        assert driver.registration().registered
        cell = driver.serving_cell()
        assert (cell.area, cell.cell) == (0xDE10, 0x5F1EA15)
        context = driver.context()
        assert (context.active, context.address) == (True, "10.86.12.3")
        assert driver.network_time() == bench.modem.now()
        bench.link.carrier.set_left(1_000_000)
        bench.link.carrier.set_left(150_000)
        (text,) = driver.messages()
        assert text.sender == "Harness"
        assert text.text == "You have used 80 % of your data plan. 150.00 kB of 1.00 MB left."
        if model in NO_COUNTER:
            with pytest.raises(NotSupported):
                driver.bytes_used()
        else:
            assert driver.bytes_used() == (0, 0)
        if model in NO_USSD:
            with pytest.raises(DeviceRefused):
                driver.ussd("*101#")
        else:
            assert driver.ussd("*101#") == bench.link.carrier.balance()

    meet(model, story)


@pytest.mark.parametrize("model", models())
def test_a_driver_sees_what_happens_to_its_model(model: str) -> None:
    """A plan that ends, a SIM that expires, a card that is pulled, a restart, a loss of signal."""

    def story(meeting: Meeting) -> None:
        driver, bench = meeting.driver, meeting.bench
        meeting.watch(5)
        bench.link.carrier.set_exhaustion(Exhaustion("deactivate"))
        bench.link.carrier.set_left(0)
        meeting.watch(5)
        assert meeting.of("bearer")[-1]["up"] is False
        bench.link.carrier.set_left(None)
        driver.reset()
        assert driver.registration().stat in (0, 2)
        meeting.watch(30)
        bench.radio.attenuate(60)
        meeting.watch(20)
        assert meeting.of("signal")[-1]["rsrp"] is None
        assert meeting.of("registration")[-1]["stat"] == 2
        bench.radio.attenuate(0)
        meeting.watch(30)
        bench.link.carrier.set_subscription("expired")
        meeting.watch(10)
        last = meeting.of("registration")[-1]
        assert (last["stat"], last["cause"]) == (3, None if model in NO_CAUSE else 15)
        bench.tray.put("1", None)
        meeting.watch(8)
        assert driver.sim_state() == "SIM NOT INSERTED"
        assert meeting.of("sim")[-1]["state"] == "SIM NOT INSERTED"

    meet(model, story)


@pytest.mark.parametrize("model", sorted(set(models()) - {"generic"}))
def test_a_driver_switches_its_model_off_and_sees_it_silent(model: str) -> None:
    """By its family's command; powered again, it answers."""

    def story(meeting: Meeting) -> None:
        meeting.watch(3)
        meeting.driver.power_off()
        meeting.watch(60)
        assert not meeting.bench.modem.powered
        assert meeting.of("silent")
        meeting.bench.modem.power(on=True)
        meeting.watch(60)
        assert meeting.of("answering")
        assert meeting.driver.registration().registered

    meet(model, story)
