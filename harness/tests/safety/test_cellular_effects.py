"""Devices that take every command, say that it is done, and do nothing: nothing was shown.

A path that says it is slow and is not can only be told by a measurement; of that one nothing is
said here but that it must say so.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.drivers import _link, _modem, _rcdat, acquirer, link, sim_mux
from harness.files import carried
from harness.model.verdict import Outcome
from harness.runner import Session

Says = Callable[..., None]


def _left(self: Any, amount: Any) -> None:
    self.observe("plan", left=amount, state="open" if amount else "exhausted", mode="drop")
    if amount is not None:
        self.observe("notice", text="You have used all of your data plan.")


def _access(self: Any, *, apn: str = "", user: str = "") -> None:
    self.observe("access", apn=apn, user=user)


def _says(kind: str, field: str) -> Says:
    """The event it would send, and nothing else."""

    def says(self: Any, *args: Any, **keys: Any) -> None:
        self.observe(kind, **{field: [*args, *keys.values()][0]})

    return says


def _silent(_self: Any, *_args: Any, **_keys: Any) -> None:
    return None


#: What lies -> the methods, and what is said instead of doing it.
LIES: dict[str, tuple[tuple[type, str, Says], ...]] = {
    "plan": (
        (_link.LinkDriver, "set_data_left", _left),
        (_link.LinkDriver, "set_exhaustion", _silent),
    ),
    "subscription": ((link.Driver, "set_subscription", _says("subscription", "state")),),
    "access": ((link.Driver, "set_access", _access),),
    "congestion": ((link.Driver, "set_congestion", _says("congestion", "what")),),
    "names": ((link.Driver, "set_names", _says("names", "mode")),),
    "nothing at all": (
        (_link.LinkDriver, "set_profile", _silent),
        (_link.LinkDriver, "set_data_left", _silent),
    ),
    "certificate": ((acquirer.Driver, "present", _says("certificate", "shown")),),
    "door": ((acquirer.Driver, "set_door", _says("door", "state")),),
    "attenuation": ((_rcdat.Rcdat, "set_attenuation", _says("attenuation", "db")),),
    "slot": ((sim_mux.Driver, "select", _says("selected", "slot")),),
    "modem": ((_modem.Modem, "power_off", _silent), (_modem.Modem, "reset", _silent)),
}

STORY = """\
id: T-1
story: A fault that does nothing.
given: {{terminal: ready, data_left: 64 KiB}}
when:
  - inject: {{{fault}, as: it}}
  - hold: 5 s
  - sale: {{amount: 12.00 CNY, card: chip, as: first}}
  - await: {{engine: sale_ended, sale: first, within: 240 s}}
  - hold: 40 s
  - clear: it
then:
  {demands}
  recovers: {{to: ready, within: 60 s, proven_by: sale}}
always: [no_clear_card_number, exactly_once, no_unasked_restart, reports_end]
"""
#: What a terminal must say of it, where it must say anything.
SOLD = "survives: {sale: first, outcome: approved}"
NAMED = """\
detects: {{cause: {cause}, within: 30 s}}
  reports: {{cause: {cause}, on: [display], within: 10 s}}"""
FAULTS: dict[str, tuple[str, str]] = {
    "data_exhausted: {mode: drop}": ("plan", "data_exhausted"),
    "data_exhausted: {mode: throttle, up: 8 kbit/s}": ("nothing at all", ""),
    "data_exhausted: {mode: redirect}": ("plan", "data_exhausted"),
    "data_exhausted: {mode: deactivate}": ("plan", "data_exhausted"),
    "data_exhausted: {mode: detach}": ("plan", "data_exhausted"),
    "plan_low: {used: 80 %}": ("plan", "data_low"),
    "sim_expired: {state: suspended}": ("subscription", "sim_expired"),
    "sim_expired: {state: barred}": ("subscription", "sim_expired"),
    "access_refused: {apn: other.net}": ("access", "wrong_settings"),
    "network_congested: attach": ("congestion", "not_registered"),
    "network_congested: bearer": ("congestion", "no_data_service"),
    "names_fail: {mode: silent}": ("names", "dns_failure"),
    "network_profile: gprs": ("nothing at all", ""),
    "certificate_bad: expired": ("certificate", "tls_error"),
    "host_moved: closed": ("door", "host_unreachable"),
    "signal_lost: null": ("attenuation", "no_signal"),
    "signal_fade: {pattern: elevator}": ("attenuation", "no_signal"),
    "signal_ramp: {to: -125 dBm, over: 10 s, hold: 10 s}": ("attenuation", "weak_signal"),
    "coverage_gaps: {gaps: [5 s]}": ("attenuation", ""),
    "sim_removed: null": ("slot", "sim_missing"),
    'sim_swapped: {to: "2"}': ("slot", "sim_missing"),
    "modem_silent: null": ("modem", "modem_fault"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_device_that_only_says_so_has_shown_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Every fault of the line, the SIM and the host: no PASS, and nothing held against anybody."""
    lie, cause = FAULTS[fault]
    for kind, method, says in LIES[lie]:
        monkeypatch.setattr(kind, method, says)
    demands = NAMED.format(cause=cause) if cause else SOLD
    story = tmp_path / "scenarios" / "data" / "nothing.yaml"
    story.parent.mkdir(parents=True)
    story.write_text(STORY.format(fault=fault, demands=demands), encoding="utf-8")

    with Session(rig=carried("rigs", "virtual.yaml"), out=tmp_path / "out") as session:
        [item] = session.items([story])
        verdict = session.play(item).verdict

    assert verdict.outcome in (Outcome.INCONCLUSIVE, Outcome.ERROR), verdict.reason
