"""Planted bugs, one file each: what the harness must catch."""
