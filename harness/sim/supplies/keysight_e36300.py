"""The Keysight E36300 series: the language that ``instrument.py`` itself speaks."""

from harness.sim.supplies.instrument import Supply


class Instrument(Supply):
    """An E36311A, E36312A or E36313A, by its personality."""
