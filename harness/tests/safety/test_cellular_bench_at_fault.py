"""A bench of the line and the SIM that does something by itself: the terminal is not blamed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.drivers import _link, _rcdat, acquirer, link
from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.sim.bench import Bench
from harness.tests.safety.tapped import BENDS, Tapped
from harness.tests.safety.whole_story import acted_on, played_on

BLAMELESS = (Outcome.ERROR, Outcome.INCONCLUSIVE)


def _play(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    story: str,
    *,
    at: float = 0.0,
    act: Callable[[Bench], object] | None = None,
    defects: tuple[str, ...] = (),
    make: Callable[..., Bench] = Bench,
) -> Played:
    """The first item of a story, with something done to the bench in mid run."""
    made = make if act is None else acted_on(make, at, act)
    return played_on(made, folder, monkeypatch, story, defects=defects)[0]


def _hang(bench: Bench) -> None:
    bench.modem.hung = True


@pytest.mark.parametrize(
    ("story", "said"),
    [
        ("data/exhausted_silently", "the modem fell silent"),
        ("signal/short_gap", "the modem fell silent"),
        ("signal/sim_pulled", "sim://modem: no answer"),  # it is asked whether it has a SIM
    ],
)
def test_a_modem_that_dies_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: str, said: str
) -> None:
    """The terminal names the modem, as it should, and is not blamed for not naming the fault."""
    played = _play(tmp_path, monkeypatch, story, at=14.0, act=_hang)

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
    assert said in played.verdict.reason


def test_a_modem_that_dies_when_all_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal that does all it should in spite of it has shown it all the same."""
    played = _play(tmp_path, monkeypatch, "signal/short_gap", at=30.0, act=_hang)

    assert played.trace.of("silent")
    assert played.verdict.outcome is Outcome.PASS, played.verdict.reason


def test_a_modem_that_was_made_silent_excuses_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault did it; the terminal never notices."""
    defects = ("modem_hang_unnoticed",)

    played = _play(tmp_path, monkeypatch, "signal/modem_hangs", defects=defects)

    assert played.verdict.outcome is Outcome.FAIL, played.verdict.reason


#: Story -> what lets the fault in and not out again: (class, method, arguments that are heeded).
STUCK: dict[str, tuple[type, str, Callable[..., bool]]] = {
    "data/exhausted_silently": (_link.LinkDriver, "set_data_left", lambda left: left == 0),
    "data/exhausted_between_sales": (
        _link.LinkDriver, "set_data_left", lambda left: left == 0,
    ),
    "data/suspended_or_barred": (
        link.Driver, "set_subscription", lambda state: state != "active",
    ),
    "network/names_not_answered": (link.Driver, "set_names", lambda mode: mode != "answer"),
    "network/host_at_another_port": (
        acquirer.Driver, "set_door", lambda state: state != "open",
    ),
    "network/certificate_not_accepted": (
        acquirer.Driver, "present", lambda kind: kind != "good",
    ),
    "signal/short_gap": (_rcdat.Rcdat, "set_attenuation", lambda db: db > 30),
}  # fmt: skip


@pytest.mark.parametrize("story", STUCK)
def test_a_fault_that_is_not_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: str
) -> None:
    """The device takes the command to end it and does nothing: nobody could have recovered."""
    kind, method, lets = STUCK[story]
    real = getattr(kind, method)

    def stuck(self: Any, *args: Any, **keys: Any) -> Any:
        asked = [*args, *keys.values()]
        return real(self, *args, **keys) if lets(*asked) else None

    def plan(bench: Bench) -> None:
        monkeypatch.setattr(kind, method, stuck)

    played = _play(tmp_path, monkeypatch, story, at=13.0, act=plan)

    assert played.verdict.outcome in BLAMELESS, played.verdict.reason


#: Device and story in which it is needed.
TURNS = {
    "modem": "signal/sim_pulled",
    "network": "data/exhausted_silently",
    "attenuator": "signal/short_gap",
    "sim_card": "signal/sim_pulled",
    "host": "network/names_not_answered",
}


@pytest.mark.parametrize("bend", ["garbage", "never"])
@pytest.mark.parametrize("device", TURNS)
def test_a_device_that_turns_wrong_in_mid_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str, bend: str
) -> None:
    """Garbage or silence: the bench is at fault, whatever the terminal does."""
    make = partial(Tapped, device=device, bend=BENDS[bend], since=15.0)

    played = _play(tmp_path, monkeypatch, TURNS[device], make=make)

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
