"""Codecs, both directions: bytes to values and back; no I/O, no clock."""
