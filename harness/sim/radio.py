"""The air between one cell and the modem's antenna: levels in, what a modem would measure out.

One LTE cell is seen at ``base`` less what the attenuator takes. The other quantities follow from it
and from thermal noise (3GPP TS 36.214, 5.1.1 to 5.1.3, for a cell of 10 MHz at half load), so that
RSRQ and SINR fall as they do in the field: late, and steeply near the noise.
"""

import math
from collections.abc import Callable

from harness.clock import Clock, Timer

RESOURCE_BLOCKS = 50  # 10 MHz
#: dBm per 15 kHz subcarrier: -174 dBm/Hz + 41.8 dB + 7 dB noise figure.
NOISE = -125.2
LOAD = 0.5  # of the subcarriers carry energy


def _milliwatts(dbm: float) -> float:
    return float(10.0 ** (dbm / 10.0))


def _dbm(milliwatts: float) -> float:
    return 10.0 * math.log10(milliwatts)


class Radio:
    """What the antenna hears of the cell.

    A cell is lost when its level stays below ``lost_below`` for ``t310`` seconds (TS 36.331, 7.3:
    out-of-sync, then T310) and is there again at once above ``found_above``.

    Args:
        clock: The bench's clock.
        rsrp: Level without attenuation, dBm.
        lost_below: dBm.
        found_above: dBm.
        t310: Seconds.
        new_cell: Seconds.

    Attributes:
        cell: Whether a modem could camp on the cell.
        serving: How often the cell was another one after it had been away for ``new_cell`` s, as
            at the end of a tunnel.
        changed: Called after the level or ``cell`` changed; must not wait.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        rsrp: float = -85.0,
        lost_below: float = -126.0,
        found_above: float = -123.0,
        t310: float = 1.2,
        new_cell: float = 45.0,
    ) -> None:
        self._clock = clock
        self._base, self._attenuation = rsrp, 0.0
        self._lost_below, self._found_above, self._t310 = lost_below, found_above, t310
        self._new_cell, self._lost_at, self.serving = new_cell, 0.0, 0
        self._losing: Timer | None = None
        self.changed: list[Callable[[], None]] = []
        self.cell = rsrp >= lost_below

    @property
    def rsrp(self) -> float:
        """Reference signal received power, dBm."""
        return self._base - self._attenuation

    @property
    def rssi(self) -> float:
        """Received signal strength indicator, dBm: all subcarriers, signal and noise."""
        per_carrier = LOAD * _milliwatts(self.rsrp) + _milliwatts(NOISE)
        return _dbm(12 * RESOURCE_BLOCKS * per_carrier)

    @property
    def rsrq(self) -> float:
        """Reference signal received quality, dB: N x RSRP / RSSI (TS 36.214, 5.1.3)."""
        return 10.0 * math.log10(RESOURCE_BLOCKS) + self.rsrp - self.rssi

    @property
    def sinr(self) -> float:
        """Signal to interference and noise, dB; receivers report 30 at most."""
        return min(30.0, self.rsrp - NOISE)

    @property
    def loss(self) -> float:
        """The share of packets the air loses: none above 6 dB SINR, all without a signal."""
        if not self.cell or self.rsrp < self._lost_below:
            return 1.0
        return min(1.0, max(0.0, (6.0 - self.sinr) * 0.03))

    def attenuate(self, db: float) -> None:
        """The attenuator takes ``db`` dB from now on."""
        self._attenuation = db
        self._follow()

    def set_base(self, rsrp: float) -> None:
        """The level without attenuation becomes ``rsrp`` dBm."""
        self._base = rsrp
        self._follow()

    def _follow(self) -> None:
        if self.rsrp >= self._lost_below and self._losing is not None:
            self._losing.cancel()
            self._losing = None
        if not self.cell and self.rsrp >= self._found_above:
            self.cell = True
            self.serving += self._clock.now() - self._lost_at >= self._new_cell
        elif self.cell and self.rsrp < self._lost_below and self._losing is None:
            self._losing = self._clock.call_at(self._clock.now() + self._t310, self._lose)
        self._tell()

    def _lose(self) -> None:
        self._losing = None
        self.cell = False
        self._lost_at = self._clock.now()
        self._tell()

    def _tell(self) -> None:
        for act in list(self.changed):
            act()
