"""What shows that a SIM is out, and that the right one is in."""

from harness.errors import BenchError
from harness.faults._cast import player_of
from harness.model.cast import Cast
from harness.model.cellular import Labelled, Modem, Subscriber
from harness.model.trace import Observation

PATIENCE, AGAIN = 60.0, 2.0  # s: a modem needs some until it has read a new card
LOOKS = (1.0, 3.0, 5.0)  # s after which the modem is asked whether it has a SIM


def watched(cast: Cast) -> bool:
    """Whether a modem of this rig can tell what it has."""
    return player_of(cast, Modem) is not None


def ask(cast: Cast) -> None:
    """Have the modem say whether it has a SIM; its driver tells what it heard."""
    asked = 0.0
    for when in LOOKS:
        cast.sleep(when - asked)
        asked = when
        cast.playing(Modem).sim_state()


def is_out(seen: Observation) -> bool:
    """Whether a modem has no SIM that it could use, or lost its network with it."""
    if seen.source != "modem":
        return False
    if seen.kind == "sim":
        return seen.get("state") not in (None, "READY")
    return seen.kind == "registration" and seen.get("stat") not in (1, 5, 6, 7, 9, 10)


def verify(cast: Cast, slot: str) -> None:
    """Wait until the modem has the card that the rig file names for a slot.

    Raises:
        BenchError: It has another one, or does not tell in time. Nothing is asked where the rig
            file names none, or no modem of the rig knows its card.
    """
    card, modem = player_of(cast, Labelled), player_of(cast, Subscriber)
    wanted = card.iccid_of(slot) if card is not None else ""
    if not wanted or modem is None:
        return
    seen = "nothing"
    for _ in range(int(PATIENCE / AGAIN)):
        cast.sleep(AGAIN)
        try:
            seen = modem.iccid()
        except BenchError as error:  # it is still reading the card
            seen = str(error)
            continue
        if seen == wanted:
            cast.note("sim_verified", slot=slot, iccid=f"{seen[:6]}...{seen[-4:]}")
            return
    raise BenchError(
        f"SIM {slot!r} should be the card {wanted}; after {PATIENCE:g} s the modem says: {seen}"
    )
