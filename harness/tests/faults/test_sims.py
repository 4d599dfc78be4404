"""A SIM pulled and swapped, through the real drivers on the simulated bench."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers import quectel, sim_mux
from harness.engine.needs import missing
from harness.engine.steps import read_step
from harness.errors import BenchError
from harness.faults.sim_removed import SimRemoved
from harness.faults.sim_swapped import SimSwapped
from harness.model.cast import Cast
from harness.model.scenario import Scenario
from harness.model.trace import Observation
from harness.model.units import Volts
from harness.rig.owner import Owner
from harness.sim.bench import Bench

FIRST, SECOND = "89860000000000000019", "89860000000000000027"


class Stage:
    """A SIM switch and a modem with their owners, and all they observe."""

    def __init__(
        self, clock: CooperativeClock, *, modem: bool, iccids: Mapping[str, str] | None
    ) -> None:
        self.clock, self.bench = clock, Bench(clock, {"terminal": None}, seed=1)
        self.seen: list[Observation] = []
        self.notes: list[tuple[str, dict[str, Any]]] = []
        _ = self.bench.modem
        ports = {role: self.bench.connect(role) for role in ("sim_card", *["modem"] * modem)}
        drivers: dict[str, Any] = {"sim_card": sim_mux.Driver(ports["sim_card"], iccids=iccids)}
        if modem:
            drivers["modem"] = quectel.Driver(ports["modem"])
        players = {
            role: Owner(clock, role, role, driver, ports[role], self._take)
            for role, driver in drivers.items()
        }
        self.cast = Cast(players, Volts(9), clock.sleep, now=clock.now, note=self._note)

    def _take(self, source: str, kind: str, t: float, fields: Mapping[str, Any]) -> None:
        self.seen.append(Observation(len(self.seen) + 1, t, source, kind, fields))

    def _note(self, kind: str, /, *, t: float | None = None, **own: Any) -> None:
        self.notes.append((kind, own))

    def play(self, fault: Any, seconds: float) -> list[BaseException]:
        """Inject, play beside it, clear; returns what broke."""
        broken: list[BaseException] = []

        def work() -> None:
            try:
                fault.play(self.cast)
            except BenchError as error:
                broken.append(error)

        with fault.inject(self.cast):
            task = self.clock.spawn("play", work)
            self.clock.sleep(seconds)
            task.kill()
            task.join(self.clock.now() + 5)
        return broken

    @property
    def inside(self) -> str | None:
        """Whose card is in the terminal."""
        sim = self.bench.tray.slots["1"]
        return sim.iccid if sim else None

    def evidence(self, fault: Any) -> Observation | None:
        """The first observation the fault takes for its effect."""
        return next((row for row in self.seen if fault.took_effect(row)), None)


def on_stage(
    story: Callable[[Stage], None],
    *,
    modem: bool = True,
    iccids: Mapping[str, str] | None = None,
) -> None:
    """Run a story on a stage whose modem is registered."""
    clock = CooperativeClock()

    def main() -> None:
        stage = Stage(clock, modem=modem, iccids=iccids)
        clock.sleep(40)
        stage.seen.clear()
        story(stage)

    clock.run(main)


def test_a_sim_is_pulled_missed_by_the_modem_and_put_back() -> None:
    """S-1: the modem has no card, and with the card it is registered again."""
    fault = SimRemoved()

    def story(stage: Stage) -> None:
        inside: list[str | None] = []
        stage.clock.call_at(stage.clock.now() + 10, lambda: inside.append(stage.inside))
        assert stage.play(fault, 20) == []
        evidence = stage.evidence(fault)
        assert evidence is not None
        assert evidence.source == "modem"
        assert inside == [None]
        assert stage.inside == FIRST
        stage.clock.sleep(60)
        assert stage.bench.modem.registration.registered

    on_stage(story)


def test_without_a_modem_the_switch_is_believed() -> None:
    """It has read back that the contacts are open; with a modem that is not enough."""
    fault = SimRemoved()

    def story(stage: Stage) -> None:
        stage.play(fault, 5)
        evidence = stage.evidence(fault)
        assert evidence is not None
        assert (evidence.source, evidence["slot"]) == ("sim_card", None)
        assert fault.took_effect(Observation(1, 0, "sim_card", "selected", {}))  # as traces have it
        assert not fault.took_effect(Observation(1, 0, "sim_card", "selected", {"slot": "1"}))
        assert not SimRemoved().took_effect(evidence)

    on_stage(story, modem=False)


def test_the_first_sim_is_put_back_when_the_step_inside_fails() -> None:
    """Whatever happens in between."""

    def story(stage: Stage) -> None:
        for fault in (SimRemoved(), SimSwapped("2")):
            with pytest.raises(BenchError, match="else"), fault.inject(stage.cast):
                raise BenchError("something else broke")
            stage.clock.sleep(1)
            assert stage.inside == FIRST

    on_stage(story)


def test_a_swap_is_missed_by_the_modem_and_verified_by_the_cards_number() -> None:
    """The other card is in, and the modem says its ICCID."""
    fault = SimSwapped("2")

    def story(stage: Stage) -> None:
        assert stage.play(fault, 60) == []
        assert stage.evidence(fault) is not None
        assert stage.notes == [("sim_verified", {"slot": "2", "iccid": "898600...0027"})]
        assert stage.inside == FIRST

    on_stage(story, iccids={"1": FIRST, "2": SECOND})


def test_another_card_than_the_rig_file_names_is_the_benchs_fault() -> None:
    """Somebody put the wrong SIM into the switch."""

    def story(stage: Stage) -> None:
        [error] = stage.play(SimSwapped("2"), 70)
        assert f"should be the card {FIRST}" in str(error)
        assert SECOND in str(error)

    on_stage(story, iccids={"2": FIRST})


def test_what_cannot_be_done_is_refused() -> None:
    """No SIM to pull, a swap for itself, a slot that is not there."""

    def story(stage: Stage) -> None:
        with (
            SimRemoved().inject(stage.cast),
            pytest.raises(BenchError, match="no SIM is in"),
            SimRemoved().inject(stage.cast),
        ):
            pass
        with pytest.raises(BenchError, match="in already"), SimSwapped("1").inject(stage.cast):
            pass
        with pytest.raises(BenchError, match="no SIM slot '3'"), SimSwapped("3").inject(stage.cast):
            pass

    on_stage(story)


@pytest.mark.parametrize(
    "step", [{"inject": "sim_removed"}, {"inject": {"sim_swapped": "2"}}, {"swap_sim": "2"}]
)
def test_a_rig_without_a_sim_switch_is_told(step: Any) -> None:
    """Before anything runs."""
    read_step(step)
    plain = {"id": "X", "story": "s", "when": [step]}
    scenario = Scenario(id="X", name="x", family="f", story="s", path="x.yaml", plain=plain)

    assert "needs a sim_card" in "; ".join(missing(scenario, [quectel.Driver]))
    assert missing(scenario, [sim_mux.Driver]) == []


def test_needs_may_name_what_a_story_of_the_radio_uses() -> None:
    """Roles of the bench besides those of its steps."""
    named = ["sim_card", "carrier", "modem", "attenuator", "network"]
    plain = {"id": "X", "story": "s", "when": [], "needs": named}
    scenario = Scenario(id="X", name="x", family="f", story="s", path="x.yaml", plain=plain)

    assert len(missing(scenario, [])) == len(named)
