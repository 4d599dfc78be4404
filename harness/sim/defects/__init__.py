"""Planted bugs, one file each: what the harness must catch. Those of a table are ``MADE`` by it."""

from harness.sim.defects._misnamed import MADE

__all__ = ["MADE"]
