"""Hands, a heating plate and a debugger on the simulated terminal. Test only.

Outlet ``control``: JSON lines (``sim/control``):

============  ======================================================================
``identify``  -> ``identity``
``put``       ``part state``: of ``model/hands.py``, if the terminal has it
``press``     ``keys``: words, each a key or digits; ``power`` is the button at its side
``show``      ``code``: what is held before the scanner from now on
``ambient``   ``celsius``: of the air around the terminal
``hang``      the software stops where it stands
``kill``      the software is killed where it stands, and started anew
``restart``   the whole terminal restarts, unannounced
``clock``     ``to`` (ISO 8601) or ``by`` (s): its real-time clock
``fill``      ``percent``: of its flash, by a file of the debugger's
``free``      that file is taken away
``spoil``     bits of the open batch's oldest record are flipped on the flash
``mend``      they are flipped back
``erase``     what the terminal could start is erased: both slots of its flash
``take``      ``percent``: of its working memory is in use, by a program of the debugger's
``give``      that program is ended
``batch``     ``records``: how many a batch may have, by the maker's tool; null: as it was
``allow``     ``deal on``: whether it makes such transactions at all, by the maker's tool
``state``     -> ``parts`` (those not in their usual state), ``code``, ``celsius``, ``filled``,
              ``spoilt``, ``taken``, ``limited``, ``forbidden``
============  ======================================================================

Events: ``part``, ``pressed``, ``code_shown``, ``ambient``, ``debugged``; fields as in the request.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from harness.clock import Clock
from harness.model.hands import CODES_SHOWN, keys_of, states_of
from harness.model.register import DEALS
from harness.ports.base import Port
from harness.sim.control import Control
from harness.sim.terminal.board import Board
from harness.sim.terminal.body import ROOM
from harness.sim.terminal.boot import SLOT_FILES

COLDEST, HOTTEST = -40.0, 85.0  # degrees Celsius: what the plate reaches
FILLING = "debug.fill"  # a file of the debugger's
RECORDS = "journal."  # what the files of a batch's records are called


class Hands:
    """All that reaches the terminal's body and, as a debugger, its software.

    Attributes:
        outlets: ``control``.
    """

    def __init__(self, clock: Clock, board: Board) -> None:
        self._board = board
        self._body = board.body
        self._celsius = ROOM
        self._limited = False
        self._forbidden: list[str] = []
        acts: dict[str, Callable[..., Mapping[str, Any] | None]] = {
            "identify": self._identify, "put": self._put, "press": self._press, "show": self._show,
            "ambient": self._ambient, "hang": self._hang, "kill": self._kill,
            "restart": self._restart, "clock": self._set_clock, "fill": self._fill,
            "free": self._free, "spoil": self._spoil, "mend": self._mend,
            "erase": self._erase, "take": self._take, "give": self._give,
            "batch": self._limit_batch, "allow": self._allow, "state": self._state,
        }  # fmt: skip
        self._control = Control(clock, "hands", acts)
        self.outlets: dict[str, Callable[[Port], None]] = {"control": self._control.accept}

    def _identify(self) -> Mapping[str, Any]:
        return {"identity": "terminal-harness hands 1.0"}

    def _state(self) -> Mapping[str, Any]:
        body = self._body
        odd = {part: body.state(part) for part in body.parts if not body.usual(part)}
        filled = self._board.flash.peek(FILLING) is not None
        return {
            "parts": odd, "code": body.code, "celsius": self._celsius, "filled": filled,
            "limited": self._limited, "spoilt": self._board.flash.rotten,
            "taken": self._board.taken > 0, "forbidden": list(self._forbidden),
        }  # fmt: skip

    # --- hands --------------------------------------------------------------------------------

    def _put(self, part: str, state: str) -> None:
        try:
            states_of(part)
        except LookupError as error:
            raise ValueError(error.args[0]) from None
        if part == "unit":
            self._board.seat(state)
        self._body.put(part, state)
        self._control.tell("part", part=part, state=state)

    def _press(self, keys: str) -> None:
        for key in keys_of(keys):
            if key == "power":
                self._board.press_power()
            else:
                self._body.press(key)
        self._control.tell("pressed", keys=keys)

    def _show(self, code: str) -> None:
        if code not in CODES_SHOWN:
            raise ValueError(f"a code is {', '.join(CODES_SHOWN)}, not {code!r}")
        self._body.show(code)
        self._control.tell("code_shown", code=code)

    def _ambient(self, celsius: float) -> None:
        if not isinstance(celsius, int | float) or not COLDEST <= celsius <= HOTTEST:
            raise ValueError(f"the plate reaches {COLDEST:g} to {HOTTEST:g} degrees, not {celsius}")
        self._celsius = float(celsius)
        self._body.set_room(self._celsius)
        self._control.tell("ambient", celsius=self._celsius)

    # --- a debugger ---------------------------------------------------------------------------

    def _hang(self) -> None:
        self._alive()
        self._board.freeze()
        self._control.tell("debugged", what="hang")

    def _kill(self) -> None:
        self._alive()
        self._board.reset("watchdog")
        self._control.tell("debugged", what="kill")

    def _restart(self) -> None:
        self._alive()
        self._board.reset("daily")
        self._control.tell("debugged", what="restart")

    def _set_clock(self, to: str = "", by: float = 0.0) -> None:
        rtc = self._board.rtc
        try:
            wanted = datetime.fromisoformat(to) if to else rtc.now() + timedelta(seconds=by)
        except (ValueError, TypeError, OverflowError):
            raise ValueError(f"no date and time: to {to!r}, by {by!r}") from None
        rtc.set(wanted.replace(tzinfo=None))
        self._control.tell("debugged", what="clock")

    def _fill(self, percent: float) -> None:
        if not isinstance(percent, int | float) or not 0 < percent <= 100:
            raise ValueError(f"above 0 and up to 100 percent, not {percent!r}")
        self._board.flash.fill(FILLING, percent / 100)
        self._control.tell("debugged", what="fill")

    def _free(self) -> None:
        self._board.flash.fill(FILLING, 0.0)
        self._control.tell("debugged", what="free")

    def _spoil(self) -> None:
        if not self._board.flash.rot(RECORDS):
            raise ValueError("there are no records yet that could be spoilt")
        self._control.tell("debugged", what="spoil")

    def _mend(self) -> None:
        self._board.flash.mend()
        self._control.tell("debugged", what="mend")

    def _erase(self) -> None:
        for name in SLOT_FILES.values():
            self._board.flash.erase(name)
        self._control.tell("debugged", what="erase")

    def _take(self, percent: float) -> None:
        if not isinstance(percent, int | float) or not 0 < percent <= 100:
            raise ValueError(f"above 0 and up to 100 percent, not {percent!r}")
        self._alive()
        self._board.taken = percent / 100
        self._control.tell("debugged", what="take")

    def _give(self) -> None:
        self._board.taken = 0.0
        self._control.tell("debugged", what="give")

    # --- the maker's tool -----------------------------------------------------------------------

    def _allow(self, deal: str, *, on: bool) -> None:
        if deal not in DEALS:
            raise ValueError(f"a transaction is {', '.join(DEALS)}, not {deal!r}")
        self._alive()
        running: Any = self._board.running
        running.storage.set_parameter(f"no_{deal}", None if on else 1)
        self._forbidden = [one for one in self._forbidden if one != deal] + [deal] * (not on)
        self._control.tell("debugged", what="allow")

    def _limit_batch(self, records: int | None = None) -> None:
        if records is not None and (not isinstance(records, int) or records < 1):
            raise ValueError(f"a batch has 1 record or more, not {records!r}")
        self._alive()
        running: Any = self._board.running
        running.storage.set_parameter("batch_size", records)
        self._limited = records is not None
        self._control.tell("debugged", what="batch")

    def _alive(self) -> None:
        if self._board.running is None:
            raise ValueError("no software runs: the terminal is off")
