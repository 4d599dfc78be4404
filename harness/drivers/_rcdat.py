"""Mini-Circuits' programmable attenuators: the words, whichever way they travel.

Source: Mini-Circuits Programming Manual, Programmable Attenuators: ``MN?``, ``SN?``, ``FIRMWARE?``;
``SETATT=x`` and ``ATT?``; on models with several channels (RC4DAT, RC8DAT) ``CHAN:1:3:SETATT:x``
and ``CHAN:1:ATT?``. Setting answers 1 (done), 0 (refused) or 2 (asked for more than there is: it
goes to its most). What it does not understand is answered by ``-99 Unrecognized Command``.
"""

import re
from collections.abc import Sequence

from harness.errors import DeviceRefused, Garbled, UsageError
from harness.model.roles import Observe, ignore
from harness.model.units import Db

IDENTITY = r"RC\d*DAT"  # the MN? answer, e.g. "MN=RCDAT-6000-110", "MN=RC4DAT-6G-95"
MODEL = re.compile(r"RC(\d*)DAT-\w+-(\d+(?:\.\d+)?)")
NEAR = 0.01  # dB: so near is the same
MOST_CHANNELS = 16
REFUSALS = {"0": "refused", "2": "more than it has"}


class Rcdat:
    """Plays Attenuator, Identified and SafeState; who inherits it says how a command travels."""

    observe: Observe = staticmethod(ignore)

    def __init__(self, channel: Sequence[int], step: float) -> None:
        """Nothing is said yet.

        Args:
            channel: The channels in the antenna leads, from 1; none on a model that has but one.
            step: What its levels are multiples of, dB.
        """
        if not all(1 <= one <= MOST_CHANNELS for one in channel) or not step > 0:
            raise UsageError(f"channel {list(channel)}, step {step}: channels count from 1")
        self._channels, self._step = tuple(channel), step
        self._maximum: Db | None = None

    def _ask(self, command: str) -> str:
        """The answer to a command, one line."""
        raise NotImplementedError

    def identify(self) -> str:
        """Model, serial number and firmware."""
        return " ".join(self._ask(asked) for asked in ("MN?", "SN?", "FIRMWARE?"))

    def set_attenuation(self, attenuation: Db) -> None:
        """Set it, dB, to the nearest step; raises DeviceRefused when the device did not go there.

        An answer other than "done" means that the level is not what was asked for.
        """
        db = round(attenuation / self._step) * self._step
        command = f"SETATT={db:g}"
        if self._channels:
            command = f"CHAN:{':'.join(map(str, self._channels))}:SETATT:{db:g}"
        answer = self._ask(command)
        if answer != "1":
            why = REFUSALS.get(answer, "not understood")
            raise DeviceRefused(f"{command}: answered {answer[:80]!r} ({why})")
        self.observe("attenuation", db=float(db))

    def attenuation(self) -> Db:
        """What it takes now, dB; of several channels, the least: the modem hears that one best."""
        return Db(min(self._levels()))

    def max_attenuation(self) -> Db:
        """What the model name says (``RCDAT-6000-110``: 110 dB)."""
        if self._maximum is None:
            model = self._ask("MN?")
            found = MODEL.search(model)
            if not found:
                raise Garbled(f"MN?: {model[:80]!r} names no maximum; wanted e.g. RCDAT-6000-110")
            self._maximum = Db(float(found[2]))
        return self._maximum

    def make_safe(self) -> None:
        """0 dB, and read it back."""
        self.set_attenuation(Db(0))
        left = max(self._levels())
        if left > NEAR:
            raise DeviceRefused(f"still {Db(left)} after it was set to 0 dB")

    def _levels(self) -> list[float]:
        asked = [f"CHAN:{one}:ATT?" for one in self._channels] or ["ATT?"]
        return [self._level(one) for one in asked]

    def _level(self, asked: str) -> float:
        answer = self._ask(asked)
        if not re.fullmatch(r"\d{1,3}(?:\.\d{1,4})?", answer):
            several = " It has several channels: say which, `channel: [1]`" * (" " in answer)
            raise Garbled(f"{asked}: {answer[:80]!r} is no number of dB.{several}")
        return float(answer)
