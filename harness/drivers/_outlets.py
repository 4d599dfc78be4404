"""How the outlets of power strips are switched, over HTTP and by SNMP: a row for each kind.

Source: NETIO products' JSON M2M API; Shelly Gen1 and Gen2 API documentation; Tasmota's commands;
the MIBs are named in ``pdu_snmp.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.drivers._switched import Feeds


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a kind is switched and asked.

    Attributes:
        turn: Target that switches, with ``{n}`` and ``{on}``.
        ask: Target that tells.
        on: What ``{on}`` is for off and on.
        is_on: Finds the outlet's state in the answer; KeyError and the like when it is not there.
        first: Number of the first outlet on the wire.
        body: What is posted instead, with ``{n}`` and ``{on}``; a GET where it is empty.
        basic: Whether a password is sent unasked; one that knows Digest alone never sees it.
    """

    turn: str
    ask: str
    on: tuple[str, str]
    is_on: Callable[[Any, int], bool]
    first: int = 0
    body: str = ""
    basic: bool = True


def _tasmota(answer: Any, n: int) -> bool:
    """One relay is ``POWER``, several are ``POWER1`` ..."""
    said = answer[f"POWER{n}" if f"POWER{n}" in answer else "POWER"]
    return {"ON": True, "OFF": False}[said]


def _flag(key: str) -> Callable[[Any, int], bool]:
    return lambda answer, _: {True: True, False: False}[answer[key]]


def _netio(answer: Any, n: int) -> bool:
    return {1: True, 0: False}[next(one for one in answer["Outputs"] if one["ID"] == n)["State"]]


DIALECTS: dict[str, Dialect] = {
    "netio": Dialect("/netio.json", "/netio.json", ("0", "1"), _netio, 1,
                     '{{"Outputs":[{{"ID":{n},"Action":{on}}}]}}'),
    "shelly": Dialect("/rpc/Switch.Set?id={n}&on={on}", "/rpc/Switch.GetStatus?id={n}",
                      ("false", "true"), _flag("output"), basic=False),
    "shelly1": Dialect("/relay/{n}?turn={on}", "/relay/{n}", ("off", "on"),
                       _flag("ison")),
    "tasmota": Dialect("/cm?cmnd=Power{n}%20{on}", "/cm?cmnd=Power{n}", ("Off", "On"), _tasmota, 1),
}  # fmt: skip


# --- by SNMP --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where a MIB has its outlets; ``{n}`` is the outlet, counted from 1.

    Attributes:
        off, on: Object and integer that switch.
        state: Object that tells.
        means: Integer -> whether it is on; another one is no state.
        feeds: What such a switch opens.
    """

    off: tuple[str, int]
    on: tuple[str, int]
    state: str
    means: dict[int, bool]
    feeds: Feeds = "mains"


_APC, _PX2, _EATON = (
    "1.3.6.1.4.1.318.1.1",
    "1.3.6.1.4.1.13742.6.4.1.2.1",
    "1.3.6.1.4.1.534.6.6.7.6.6.1",
)
_POE = "1.3.6.1.2.1.105.1.1.1.3.{g}.{n}"
MIBS: dict[str, Outlets] = {
    "apc": Outlets((f"{_APC}.12.3.3.1.1.4.{{n}}", 2), (f"{_APC}.12.3.3.1.1.4.{{n}}", 1),
                   f"{_APC}.12.3.5.1.1.4.{{n}}", {1: True, 2: False}),
    "apc_master": Outlets((f"{_APC}.4.4.2.1.3.{{n}}", 2), (f"{_APC}.4.4.2.1.3.{{n}}", 1),
                          f"{_APC}.4.4.2.1.3.{{n}}", {1: True, 2: False}),
    "raritan": Outlets((f"{_PX2}.2.{{g}}.{{n}}", 0), (f"{_PX2}.2.{{g}}.{{n}}", 1),
                       f"{_PX2}.3.{{g}}.{{n}}", {7: True, 8: False}),
    # A command is a delay, s; units of a chain are counted from 0. 2 and 3 are on their way off
    # and on (EATON-EPDU-MIB, outletControlStatus): they are not there yet.
    "eaton": Outlets((f"{_EATON}.3.{{u}}.{{n}}", 0), (f"{_EATON}.4.{{u}}.{{n}}", 0),
                     f"{_EATON}.2.{{u}}.{{n}}", {1: True, 0: False, 2: True, 3: False}),
    "poe": Outlets((_POE, 2), (_POE, 1), _POE, {1: True, 2: False}, "poe"),  # TruthValue
}  # fmt: skip
