"""Statements that must hold over the whole trace, one file each."""
