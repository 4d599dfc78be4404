"""Rig file to live rig: casting, limits, locks, arm and safe state."""
