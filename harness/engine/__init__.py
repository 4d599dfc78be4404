"""Scenario x rig to trace. The only writer of the trace; never imports the judge."""
