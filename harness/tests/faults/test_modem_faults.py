"""Faults of the modem itself, through a real driver: what is said, what counts as effect."""

from collections.abc import Sequence
from typing import Any

import pytest

from harness.drivers.quectel import Driver
from harness.engine.needs import missing
from harness.errors import DeviceRefused, PortLost
from harness.faults.modem_reset import ModemReset
from harness.faults.modem_silent import ModemSilent
from harness.model.cast import Cast
from harness.model.roles import plays
from harness.model.scenariofile import item_of
from harness.model.trace import Observation
from harness.model.units import Volts
from harness.testing import Pair, replay

START: list[Pair] = [
    (command, "OK")
    for command in (
        "AT", "ATE0", "ATV1", "AT&D0", "AT+CMEE=1", "AT+CEREG=3", "AT+CGREG=3", "AT+CGEREP=2,1",
        "AT+QSIMSTAT=1",
    )
]  # fmt: skip
DEAF: list[Pair] = [("AT", None)]


class Stage:
    """A modem in a cast, and what was seen of it."""

    def __init__(self, modem: Driver) -> None:
        self.seen: list[Observation] = []
        modem.observe = self._observe
        self.cast = Cast({"modem": modem}, Volts(9), lambda _: None)

    def _observe(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append(Observation(len(self.seen) + 1, t or 0.0, "modem", kind, fields))

    def effect(self, fault: Any) -> list[str]:
        return [row.kind for row in self.seen if fault.took_effect(row)]


def _on_stage(talk: Sequence[Pair], fault: Any) -> Stage:
    with replay(Driver, talk) as modem:
        stage = Stage(modem)
        with fault.inject(stage.cast):
            if hasattr(fault, "play"):
                fault.play(stage.cast)
    return stage


def test_a_modem_is_switched_off_and_seen_to_be_silent() -> None:
    """The fault is in place once AT was left unanswered; its clearing says nothing to the modem."""
    off: Pair = ("AT+QPOWD=1", b"\r\nOK\r\n\r\nPOWERED DOWN\r\n")

    stage = _on_stage([*START, off, *DEAF * 9], ModemSilent())

    assert stage.effect(ModemSilent()) == ["silent"]
    assert [row["text"] for row in stage.seen if row.kind == "urc"] == ["POWERED DOWN"]


def test_a_modem_that_says_ok_and_stays_on_is_an_error_of_the_bench() -> None:
    """Believed is what was seen, not what was said."""
    on: list[Pair] = [("AT", "OK")]

    with (
        pytest.raises(DeviceRefused, match="still answered"),
        replay(Driver, [*START, ("AT+QPOWD=1", "OK"), *on * 200]) as modem,
        ModemSilent().inject(Stage(modem).cast),
    ):
        pass


def test_a_restart_is_over_when_the_modem_answers_again() -> None:
    """It goes, comes with RDY, and its settings are made anew."""
    gone: Pair = ("AT+CFUN=1,1", "OK")

    stage = _on_stage([*START, gone, *DEAF * 3, *DEAF, *START], ModemReset())

    assert [row.kind for row in stage.seen] == ["silent", "answering"]
    assert stage.effect(ModemReset()) == ["silent"]


def test_a_modem_that_does_not_come_back_is_an_error_of_the_bench() -> None:
    """After a minute and a half."""
    with (
        pytest.raises(PortLost, match="not back"),
        replay(Driver, [*START, ("AT+CFUN=1,1", "OK"), *DEAF * 200]) as modem,
    ):
        ModemReset().play(Stage(modem).cast)


def test_both_need_a_modem_that_can_be_restarted() -> None:
    """A rig without one is told so before anything happens."""
    for word, fault in (("modem_silent", ModemSilent), ("modem_reset", ModemReset)):
        scenario = item_of({"id": "X", "story": "", "when": [{"inject": {word: {}}}]}, {}, "x", {})
        assert missing(scenario, [Driver]) == []
        (why,) = missing(scenario, [])
        assert f"fault {word}" in why
        assert "restarts by command" in why
        assert plays(Driver, fault.NEEDS)
