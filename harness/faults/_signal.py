"""How a signal fault takes the signal away, and what shows that it is gone."""

from collections.abc import Callable
from typing import Any

from harness.errors import BenchError
from harness.faults._profiles import check
from harness.model.cast import Cast
from harness.model.cellular import Attenuator, Modem
from harness.model.network import Network
from harness.model.trace import Observation
from harness.model.units import Db

#: dBm of RSRP that no LTE receiver can work with (TS 36.133, 9.1.4 reports down to -140).
DEAF = -128

STEP = 1.0  # dB: the coarsest steps that attenuators have
#: Better first: real damping, then the modem's own radio switch, then a path without packets.
WAYS = (Attenuator, Modem, Network)


def switch(cast: Cast) -> Callable[[bool], None]:
    """What takes the signal (True) or gives it back (False), by the best means of this rig.

    Raises:
        LookupError: Nobody on this rig can.
    """
    for role in WAYS:
        try:
            player: Any = cast.playing(role)
        except LookupError:
            continue
        return _BY[role](player)
    raise LookupError("nobody on this rig plays Attenuator, Modem or Network")


def _by_attenuator(player: Any) -> Callable[[bool], None]:
    before, most = player.attenuation(), player.max_attenuation()
    return lambda gone: damp(player, most if gone else before)


def damp(attenuator: Any, db: float) -> None:
    """Set an attenuator and read it back; raises BenchError where it did not go there."""
    attenuator.set_attenuation(Db(db))
    if abs(seen := attenuator.attenuation() - db) > STEP:
        raise BenchError(f"the attenuator was told {db:g} dB and is at {db + seen:g} dB")


def _by_modem(player: Any) -> Callable[[bool], None]:
    return lambda gone: player.flight_mode(on=gone)


def _by_network(player: Any) -> Callable[[bool], None]:
    check(player, ["outage"])  # a relay's would look delivered
    return lambda gone: player.set_outage(on=gone)


_BY: dict[type, Callable[[Any], Callable[[bool], None]]] = {
    Attenuator: _by_attenuator,
    Modem: _by_modem,
    Network: _by_network,
}


def is_gone(seen: Observation) -> bool:
    """Whether the modem lost its signal or registration, or a packet met the outage."""
    told = (seen.source, seen.kind)
    if told == ("modem", "signal"):
        rsrp = seen.get("rsrp")
        return seen.get("rssi") is None if rsrp is None else rsrp < DEAF
    if told == ("modem", "registration"):
        return seen.get("stat") in (0, 2, 4)
    if told == ("modem", "bearer"):
        return seen.get("up") is False
    return told == ("network", "dropped") and seen.get("why") == "outage"


def look(cast: Cast) -> None:
    """Have the modem measure, where the rig has one; its driver says what it measured."""
    try:
        modem = cast.playing(Modem)
    except LookupError:
        return
    modem.signal()
