"""The public kit for driver authors: fake the wire, never the class.

``replay`` runs a real driver against a written dialogue; ``conformance`` asks of any supply, real
or simulated, what the harness relies on.
"""

from harness.testing.replay import LINES, Pair, ReplayPort, Spelling, SteppingClock, replay

__all__ = ["LINES", "Pair", "ReplayPort", "Spelling", "SteppingClock", "replay"]
