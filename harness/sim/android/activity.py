"""``am``: starting applications and telling them things; and the courier, an application of ours.

``am start`` cannot receive what an activity ends with, so a small application is installed for it:
``test.hil.courier``. Its contract is in ``drivers/_courier.py``; what it says stands in the
log, one JSON object a line, under the tag ``HilCourier``.

Source: AOSP, frameworks/base: ActivityManagerShellCommand (texts and exit statuses), Intent
(``parseCommandArgs``).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.clock import Clock
from harness.sim.android.logd import Logd
from harness.sim.android.payment_app import ACTIVITY, PaymentApp, Result
from harness.sim.android.shell import Call

COURIER = "test.hil.courier"
COURIER_TAG = "HilCourier"
NO_ACTIVITY_SERVICE = 20  # exit status of ``cmd`` while the system starts
EXTRA = 2
#: Option -> how many values follow it: two of an extra, name and value.
VALUES = {
    **dict.fromkeys(("--es", "-e", "--ei", "--ez", "--el"), EXTRA),
    **dict.fromkeys(("-n", "-a", "-f", "--user", "-c", "-t", "-d"), 1),
    **dict.fromkeys(("-W", "-S", "-D"), 0),
}
TAKES = 0.3  # s, to start the command's own process


@dataclass
class Intent:
    """What stands behind ``am start`` or ``am broadcast``."""

    action: str = ""
    component: str = ""
    extras: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        rows = [f"act={self.action}"] if self.action else []
        rows += [f"cmp={self.component}"] if self.component else []
        rows += ["(has extras)"] if self.extras else []
        return f"Intent {{ {' '.join(rows)} }}"


class Unknown(Exception):
    """An option that ``am`` does not take."""


def read_intent(words: list[str]) -> Intent:
    """The rest of a command line; raises Unknown."""
    intent, rest = Intent(), list(words)
    while rest:
        word = rest.pop(0)
        count = VALUES.get(word)
        if count is None or len(rest) < count:
            raise Unknown(f"Unknown option: {word}" if count is None else f"{word} wants {count}")
        values, rest = rest[:count], rest[count:]
        if count == EXTRA:
            intent.extras[values[0]] = values[1]
        elif word == "-n":
            intent.component = values[0]
        elif word == "-a":
            intent.action = values[0]
    return intent


class ActivityManager:
    """The command ``am``."""

    def __init__(
        self, clock: Clock, app: PaymentApp, logd: Logd,
        receivers: Mapping[str, Callable[[dict[str, str]], object]],
    ) -> None:  # fmt: skip
        """Make it; ``receivers`` are the payment application's own broadcasts, by their action."""
        self._clock = clock
        self._app = app
        self._logd = logd
        self._receivers = receivers
        self.installed = True  # the courier

    def run(self, call: Call) -> int:
        """``am start``, ``am broadcast``."""
        self._clock.sleep(TAKES)
        if not self._app.ready:
            return call.complain("cmd: Can't find service: activity", NO_ACTIVITY_SERVICE)
        acts = {"start": self._start, "broadcast": self._broadcast}
        act = acts.get(call.words[1] if call.words[1:] else "")
        if act is None:
            return call.complain("Activity manager (activity) commands: start, broadcast", 255)
        try:
            return act(call, read_intent(call.words[2:]))
        except Unknown as wrong:
            return call.complain(f"Error: {wrong}", 255)

    def _start(self, call: Call, intent: Intent) -> int:
        call.say(f"Starting: {intent}")
        if intent.component == ACTIVITY:
            self._app.start(intent.extras, lambda _: None, lambda _: None)
        elif intent.component == f"{COURIER}/.Ask" and self.installed:
            self._ask(dict(intent.extras))
        else:
            call.say("Error type 3")
            call.say(f"Error: Activity class {{{intent.component}}} does not exist.")
        return 0  # so it is: what came of it stands in the text alone

    def _ask(self, extras: dict[str, str]) -> None:
        """The courier's own activity: starts another one for its result."""
        asked, target = extras.pop("courier_id", ""), extras.pop("courier_target", "")

        def done(result: Result) -> None:
            self._tell(asked, **result.plain())

        if target != ACTIVITY:
            self._tell(asked, error=f"no activity {target}")
            return
        self._tell(asked, stage="started")
        self._app.start(extras, done, lambda what: self._tell(asked, stage=what))

    def _tell(self, asked: str, **said: Any) -> None:
        row = {"id": asked, **said}
        self._logd.add(COURIER_TAG, json.dumps(row, ensure_ascii=False, separators=(",", ":")))

    def _broadcast(self, call: Call, intent: Intent) -> int:
        call.say(f"Broadcasting: {intent}")
        if intent.component == f"{COURIER}/.Query" and self.installed:
            answer = self._answer(intent.extras)
            said = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
            call.say(f'Broadcast completed: result=-1, data="{said}"')
            return 0
        if intent.action in self._receivers:
            self._receivers[intent.action](intent.extras)
        call.say("Broadcast completed: result=0")
        return 0

    def _answer(self, extras: dict[str, str]) -> dict[str, Any]:
        if extras.get("what") == "order":
            return self._app.query(extras.get("order_no", ""))
        if extras.get("what") == "last":
            return self._app.query("")
        return self._app.condition()
