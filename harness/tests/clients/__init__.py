"""Clients by other people, as they are published, at our simulated devices."""
