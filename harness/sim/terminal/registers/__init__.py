"""The protocols by which registers reach the simulated terminal: one file each, class Dialogue."""
