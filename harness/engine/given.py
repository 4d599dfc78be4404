"""Bring bench and terminal to where a story begins."""

from contextlib import suppress
from typing import Any

from harness.engine.recorder import Recorder
from harness.engine.steps import Given
from harness.errors import BenchError, DeviceRefused, NotSupported
from harness.model.cast import those_playing
from harness.model.cellular import Attenuator, SimCard
from harness.model.network import (
    AccessPoints,
    Certified,
    Congestible,
    DataPlan,
    Doored,
    Names,
    Network,
    Subscription,
)
from harness.model.power import Supply, Switch
from harness.model.register import Diagnoses
from harness.model.roles import Host, Terminal
from harness.model.units import Db, Seconds
from harness.model.updates import MisbehavingStore, Updates

#: From power on to ready at most, s.
BOOT = 240.0
#: So long is waited for the line of a terminal that is ready; who dials for each sale has none, s.
LINE = 60.0
#: Between two questions to a terminal without a console, s.
ASK_AGAIN = 2.0


class GivenFailed(Exception):
    """The starting state could not be reached; the run is inconclusive."""


def reach(given: Given, rig: Any, recorder: Recorder) -> None:
    """Heal the world, power the terminal, wait until it is ready; raises GivenFailed."""
    heal_world(given, rig)
    if given.terminal == "off":
        _power_off(rig)
        return
    _power_on(rig)
    _await_ready(rig, recorder)
    for terminal in players_of(rig, Terminal):
        try:
            terminal.sign_on()
        except BenchError as error:
            raise GivenFailed(
                f"the register could not register with the terminal: {error.said}"
            ) from error
    if _kept(rig):
        _look_round(rig)


def _look_round(rig: Any) -> None:
    """Have a terminal that was left on try its way to the host, where its register can ask that.

    Between two items its way and its host are started anew. Who noticed that would begin the story
    with a fault on its display, and could not name the story's own: it stands there already.
    """
    for terminal in players_of(rig, Diagnoses):
        with suppress(BenchError):
            terminal.diagnose()


def heal_world(given: Given, rig: Any) -> None:
    """No fault anywhere: what an earlier run or a person may have left behind is undone."""
    for attenuator in players_of(rig, Attenuator):
        attenuator.set_attenuation(Db(0))
    for network in players_of(rig, Network):
        network.set_outage(on=False)
        if given.delay is not None:
            network.shape(delay=Seconds(given.delay))
    _insert_own_sims(rig)
    for carrier in players_of(rig, Subscription):
        carrier.set_subscription("active")
    for plan in players_of(rig, DataPlan):
        plan.set_data_left(given.data_left)
    _heal_hosts(rig)
    for store in players_of(rig, Updates):
        store.withdraw()
    for bad in players_of(rig, MisbehavingStore):
        bad.behave()


def _heal_hosts(rig: Any) -> None:
    """Found by their names, where they were, with the certificate they had, and well-behaved."""
    for service in players_of(rig, Names):
        service.set_names("answer")
    for access in players_of(rig, AccessPoints):
        access.set_access()
    for network in players_of(rig, Congestible):
        network.set_congestion("nothing")
    for host in players_of(rig, Certified):
        host.present("good")
    for host in players_of(rig, Doored):
        host.set_door("open")
    for host in players_of(rig, Host):
        host.behave()


def _insert_own_sims(rig: Any) -> None:
    for card in players_of(rig, SimCard):
        own = card.slots()[0]
        if card.selected() != own:
            card.select(own)


def _power_on(rig: Any) -> None:
    for switch in players_of(rig, Switch):
        if not switch.closed():
            switch.set_closed(closed=True)
    for supply in players_of(rig, Supply):
        supply.set_voltage(rig.nominal)
        if not supply.output():
            supply.set_output(on=True)


def _power_off(rig: Any) -> None:
    """After an item that left the terminal on (``power: {between: keep}``)."""
    for supply in players_of(rig, Supply) if _kept(rig) else ():
        supply.set_output(on=False)


def _kept(rig: Any) -> bool:
    return bool(getattr(rig, "kept", False))


def _await_ready(rig: Any, recorder: Recorder) -> None:
    trace = recorder.trace
    until = recorder.clock.now() + BOOT
    if "console" in rig.observes() and not _kept(rig):  # what it said once it does not say again
        ready = recorder.until(lambda: is_ready(trace), until)
        recorder.until(lambda: not is_offline(trace), min(until, recorder.clock.now() + LINE))
    else:
        ready = _ask_ready(rig, recorder, until)
    if not ready:
        last = trace.last("state")
        seen = f"its last state is {last['state']!r}" if last else "it has said no state at all"
        raise GivenFailed(f"the terminal was not ready {BOOT:g} s after power on; {seen}")


def is_ready(trace: Any) -> bool:
    """Whether the terminal's last word on its console is: ready, nothing pending."""
    last = trace.last("state")
    return bool(last and last["state"] == "ready" and not last.get("pending"))


def is_offline(trace: Any) -> bool:
    """Whether its last word is that its line is not up, whatever else it is ready for."""
    last = trace.last("state")
    return bool(last and last.get("online") is False)


def _ask_ready(rig: Any, recorder: Recorder, until: float) -> bool:
    """For a terminal without a console: ask its status over the register's protocol."""
    for terminal in players_of(rig, Terminal):
        while recorder.clock.now() < until:
            try:
                if terminal.status() == "00":
                    return True
            except (DeviceRefused, NotSupported):
                return True
            except BenchError:
                pass
            recorder.clock.sleep(ASK_AGAIN)
    return False


def players_of(rig: Any, role: type) -> list[Any]:
    """Everybody on this rig who plays ``role``."""
    return those_playing(rig.players, role)
