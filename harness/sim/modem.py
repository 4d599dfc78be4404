"""The simulated cellular modem; its room is ``harness.sim.modems``."""

from harness.sim.modems.modem import Modem

__all__ = ["Modem"]
