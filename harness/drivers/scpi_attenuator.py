"""A step attenuator that is set by one word and asked by another, in the manner of SCPI.

Source, by ``kind``: ``scpi`` SCPI-1999 vol. 2, 11.1 (``INPut:ATTenuation``); ``att`` the short
``ATT`` of many single-purpose boxes; ``j7211`` Keysight J7211A/B/C attenuation control unit
(``ATT 030``, whole dB; 120 dB, the C 100 dB: say ``maximum``) (unconfirmed); ``weinschel``
Weinschel 8320 (``ATTN 1 12``, ``ATTN? 1``; no error queue) (unconfirmed). Any other by ``tell``
and ``ask``.
"""

from dataclasses import dataclass
from typing import Literal

from harness.drivers._scpi import ScpiSession
from harness.errors import DeviceRefused, UsageError
from harness.model.roles import Observe, ignore
from harness.model.units import Db
from harness.ports.base import Port

IDENTITY = None


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind is spoken to.

    Attributes:
        tell: Sets it; ``{db}`` is the level, ``{channel}`` the channel.
        ask: Asks for it.
        step: What its levels are multiples of, dB.
        maximum: The most it takes, dB.
        errors: Whether it keeps errors for ``SYST:ERR?``.
    """

    tell: str
    ask: str
    step: float = 1.0
    maximum: float = 110.0
    errors: bool = True


KINDS = {
    "scpi": Words("INP:ATT {db:g}", "INP:ATT?"),
    "att": Words("ATT {db:g}", "ATT?"),
    "j7211": Words("ATT {db:03.0f}", "ATT?", maximum=120.0),
    "weinschel": Words("ATTN {channel} {db:g}", "ATTN? {channel}", 2.0, 62.0, errors=False),
}


class Driver:
    """Plays Attenuator, Identified and SafeState."""

    def __init__(
        self,
        port: Port,
        *,
        kind: Literal["scpi", "att", "j7211", "weinschel"] = "scpi",
        channel: int = 1,
        maximum: Db | None = None,
        step: Db | None = None,
        tell: str = "",
        ask: str = "",
        errors: bool | None = None,
    ) -> None:
        """Nothing is said yet; what is left out is the kind's.

        Args:
            port: The way to it.
            kind: scpi, att, j7211 or weinschel.
            channel: Which, on one that has several.
            maximum: The most it takes.
            step: What its levels are multiples of.
            tell: Sets it, e.g. ``ATTN {channel} {db:g}``.
            ask: Asks for it, e.g. ``ATTN? {channel}``.
            errors: Whether it keeps errors for ``SYST:ERR?``.
        """
        usual = KINDS[kind]
        self._words = Words(
            tell or usual.tell,
            ask or usual.ask,
            usual.step if step is None else step,
            usual.maximum if maximum is None else maximum,
            usual.errors if errors is None else errors,
        )
        self._channel = channel
        self._spelt(0.0)
        if not self._words.step > 0 or not self._words.maximum > 0:
            raise UsageError("scpi_attenuator: step and maximum are above 0 dB")
        self._scpi = ScpiSession(port)
        self.observe: Observe = ignore

    def identify(self) -> str:
        """Its answer to ``*IDN?``."""
        return self._scpi.ask("*IDN?")

    def set_attenuation(self, attenuation: Db) -> None:
        """Set it to the nearest step and read it back; raises DeviceRefused."""
        words = self._words
        db = round(attenuation / words.step) * words.step
        if not 0 <= db <= words.maximum:
            raise DeviceRefused(f"{Db(db)} asked for, it takes 0 to {Db(words.maximum)}")
        say = self._scpi.tell if words.errors else self._scpi.send
        say(self._spelt(db)[0])
        seen = self.attenuation()
        if abs(seen - db) > words.step / 2:
            raise DeviceRefused(f"set to {Db(db)}, reads back as {seen}")
        self.observe("attenuation", t=self._scpi.heard, db=float(db))

    def attenuation(self) -> Db:
        """What it takes now, dB."""
        return Db(self._scpi.number(self._spelt(0.0)[1]))

    def max_attenuation(self) -> Db:
        """As the rig file or its kind says."""
        return Db(self._words.maximum)

    def make_safe(self) -> None:
        """0 dB, read back."""
        self.set_attenuation(Db(0))

    def _spelt(self, db: float) -> tuple[str, str]:
        try:
            return (
                self._words.tell.format(db=db, channel=self._channel),
                self._words.ask.format(db=db, channel=self._channel),
            )
        except (LookupError, ValueError, AttributeError) as error:
            raise UsageError(
                f"scpi_attenuator: {self._words.tell!r}, {self._words.ask!r}: wanted {{db}} and "
                "{channel} at most"
            ) from error
