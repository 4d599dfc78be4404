"""The simulated countertop terminal: firmware, flash, payment, communication, updates."""
