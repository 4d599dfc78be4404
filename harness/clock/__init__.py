"""All waiting and all time: one interface, two kernels.

``Clock`` is what everybody takes. Code under it is plain and *blocking*; it spawns tasks, sleeps,
and waits for signals, and never learns which kernel runs it.

* ``ThreadClock`` is real: a task is a thread, time is the machine's monotonic clock.
* ``CooperativeClock`` runs all tasks in one thread, one at a time, in an order that depends on
  nothing but the program (greenlets, one heap of timers, ties in order of creation).
  With ``wall=False`` time jumps to the next event, so the same seed gives the same history;
  a wait that can never end raises ``Stuck`` and names who waits for what.
  With ``wall=True`` it keeps pace with real time and listens to file descriptors meanwhile:
  this is how simulated devices are served to other programs.

A task dies by ``kill()``: ``Killed`` is raised where it waits (or at its next wait), once, so that
``finally`` blocks still run and may wait. Time is in seconds since the clock was made.
"""

from harness.clock.base import Clock, Killed, Mailbox, Signal, Task, Timer
from harness.clock.cooperative import CooperativeClock
from harness.clock.threads import ThreadClock

__all__ = [
    "Clock", "CooperativeClock", "Killed", "Mailbox", "Signal", "Task", "ThreadClock", "Timer",
]  # fmt: skip
