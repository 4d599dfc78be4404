"""Simulated supplies: one module per language, named as the driver that speaks it."""
