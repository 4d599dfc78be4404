"""The words of the house as frozen dataclasses: stdlib only, no I/O.

units (quantities), causes (why), trace (what was seen), verdict (what it came to),
roles (what a device is for), scenario (one story in given / when / then).
"""
