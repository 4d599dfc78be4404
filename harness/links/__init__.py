"""The packet path between a terminal and its hosts, and the carrier on it."""
