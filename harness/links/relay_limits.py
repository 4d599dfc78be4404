"""What a relay in user space cannot do to a conversation, and why: asked before a run and in it."""

from collections.abc import Mapping
from typing import Any

STREAMS = "a relay carries streams: no packet of its own can be lost, spoilt or overtaken"
ACKNOWLEDGED = (
    "a relay has acknowledged to the sender what it does not deliver: a request that was lost "
    "would look delivered"
)
CARRIERS = "this is between the carrier and the modem, and a relay sees neither"
ONE_HOST = "a relay has one door for one host, and sees nothing of what goes elsewhere"

#: What only a modem's carrier can do, or needs packets: a relay's driver does not play it at all.
BEYOND = ("set_names", "set_access", "set_congestion", "set_subscription")
#: Word -> why. The words are those of ``model/network.py``, ``Limited``.
LACKS: Mapping[str, str] = {
    **dict.fromkeys(("loss", "burst", "duplicate", "corrupt", "reorder", "mtu"), STREAMS),
    "outage": ACKNOWLEDGED,
    "connect_delay": "the system answers a connection attempt before the relay hears of it",
    "mode:drop": ACKNOWLEDGED,
    "mode:redirect": ONE_HOST,
    "mode:restrict": ONE_HOST,
    **dict.fromkeys(("mode:deactivate", "mode:detach", "mode:roam_block"), CARRIERS),
    "needs": CARRIERS,
}
SHAPED = ("shape", "set_profile", "follow")


def refusal(request: Mapping[str, Any]) -> str:
    """Why a request of the control language cannot be done; ``""`` when it can."""
    if request.get("do") in BEYOND:
        return f"{request['do']}: {CARRIERS}"
    return next((f"{word}: {LACKS[word]}" for word in _words(request) if word in LACKS), "")


def _words(request: Mapping[str, Any]) -> list[str]:
    word = str(request.get("do"))
    if word in SHAPED:
        return _shaped(request)
    if word == "set_exhaustion":
        needs = "needs" if request.get("needs", "nothing") != "nothing" else ""
        return [f"mode:{request.get('mode')}", needs]
    return []


def _shaped(request: Mapping[str, Any]) -> list[str]:
    """The names of what is asked for and is not nothing, in whichever shape it is written."""
    rows: list[Any] = [request, request.get("up"), request.get("down")]
    timeline = request.get("timeline")
    rows += [row[-1] for row in timeline or () if isinstance(row, list) and row]
    return [name for row in rows if isinstance(row, dict) for name, value in row.items() if value]
