"""Simulated devices: real behaviour behind the protocol, bytes at every edge.

They run as tasks and timers of a ``CooperativeClock`` (virtual, or keeping pace with the wall when
served to other programs), so none of them needs a lock. Each has ``outlets``: name -> function that
takes the device's end of a new connection.
"""
