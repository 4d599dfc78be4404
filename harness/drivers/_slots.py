"""The slots of a SIM switch: their names, and which card is in which."""

import re
from collections.abc import Mapping, Sequence

from harness.errors import DeviceRefused, UsageError

ICCID = r"89\d{16,18}"  # ITU-T E.118, with its check digit or without


class Slots:
    """Plays Labelled. The first slot is the terminal's own SIM: where the switch rests."""

    def __init__(self, names: Sequence[str], iccids: Mapping[str, str] | None) -> None:
        """Check what the rig file says; raises UsageError.

        Args:
            names: Of the slots, in order.
            iccids: Slot -> ICCID of the card in it, for those that are known.
        """
        self._names, self._iccids = tuple(names), dict(iccids or {})
        if not self._names or len(set(self._names)) < len(self._names) or "" in self._names:
            raise UsageError(f"slots {list(self._names)}: wanted one name each, all different")
        for slot, iccid in self._iccids.items():
            if slot not in self._names or not re.fullmatch(ICCID, iccid):
                raise UsageError(
                    f"iccids: {slot!r}: {iccid!r}; wanted one of {', '.join(self._names)}, "
                    "and 18 to 20 digits that begin with 89, in quotes"
                )

    def slots(self) -> Sequence[str]:
        return self._names

    def iccid_of(self, slot: str) -> str:
        return self._iccids.get(slot, "")

    def check(self, slot: str | None) -> None:
        """Raises DeviceRefused for a slot that is not there."""
        if slot is not None and slot not in self._names:
            raise DeviceRefused(f"no SIM slot {slot!r}; there are {', '.join(self._names)}")
