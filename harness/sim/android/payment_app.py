"""The payment application of a simulated smart terminal, as others reach it: by intents.

Source: Lakala's Cloud POS intent as its callers use it; starpos.com.cn, 收单应用调用: ``proc_cd``,
``amt`` in units with two digits, ``systraceno`` of a void's original, ``batchbillno`` = batch and
trace number. A result is -1 (RESULT_OK), 0 (RESULT_CANCELED) or -2 (failed), the latter two with a
``reason``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.model.register import Deal
from harness.sim.terminal.outcome import Asked, Outcome, Telling

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

PACKAGE = "com.lkl.cloudpos.payment"
ACTIVITY = f"{PACKAGE}/.activity.MainMenuActivity"
OK, CANCELED, FAILED = -1, 0, -2
SETTLE, REPRINT = "900000", "700006"
DEALS: dict[str, Deal] = {
    "000000": "sale", "200000": "void", "300000": "preauth", "330000": "completion",
    "400000": "preauth_void", "500000": "refund",
}  # fmt: skip
#: Deals for which an amount must be given.
PAID = ("sale", "preauth", "completion", "refund")
AMOUNT = re.compile(r"\d{1,10}\.\d{2}")
NUMBER = re.compile(r"[0-9A-Za-z]{1,40}")  # letters and digits only

Extras = dict[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """What an activity is ended with."""

    code: int
    extras: Extras

    def plain(self) -> dict[str, Any]:
        return {"result": self.code, "extras": self.extras}


class Session:
    """One activity under way: the register of its transaction.

    Attributes:
        cancelled: Whether the operator pressed BACK.
    """

    def __init__(self, told: Callable[[Telling], None]) -> None:
        self._told = told
        self.cancelled = False

    def tell(self, what: Telling) -> None:
        """Its screen changes; who started it may hear of that."""
        self._told(what)

    def confirm(self, outcome: Outcome) -> bool:
        """An activity's result has no acknowledgement."""
        return True


class PaymentApp:
    """Takes one intent at a time."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._session: Session | None = None

    @property
    def ready(self) -> bool:
        """Whether the device has started so far that there are applications."""
        return self._firmware.state.up

    def start(
        self, extras: Mapping[str, str], done: Callable[[Result], None],
        told: Callable[[Telling], None],
    ) -> None:  # fmt: skip
        """Take an intent; ``done`` and ``told`` are called when its time has come."""
        if self._session is not None or self._firmware.payment.turn.held:
            done(self._refusal(extras, "9c", "交易进行中，请稍候"))
            return
        self._session = session = Session(told)
        self._firmware.board.spawn("payment app", lambda: self._live(dict(extras), session, done))

    def press_back(self) -> None:
        """BACK, or the operator's cancel key."""
        if self._session is not None:
            self._session.cancelled = True
            self._firmware.slot.changed.notify()

    def _live(self, extras: Extras, session: Session, done: Callable[[Result], None]) -> None:
        try:
            result = self._act(extras, session)
        finally:
            self._session = None
        done(result)

    def _act(self, extras: Extras, session: Session) -> Result:
        kind, firmware = extras.get("proc_cd", ""), self._firmware
        if extras.get("msg_tp") != "0200" or not (kind in DEALS or kind in (SETTLE, REPRINT)):
            return self._refusal(extras, "30", "参数错误")
        if kind == SETTLE:
            return self._result(extras, firmware.settlement.settle(session))
        if kind == REPRINT:
            found = firmware.payment.reprint()
            return Result(OK, _echo(extras)) if found else self._refusal(extras, "25", "无交易记录")
        asked = _asked(DEALS[kind], extras)
        order = extras.get("order_no", "")
        if asked is None or not NUMBER.fullmatch(order):
            return self._refusal(extras, "30", "参数错误")
        memory = firmware.last_asked
        if memory.stan_of(order) or memory.of(order) is not None:
            return self._refusal(extras, "94", "订单号重复")
        memory.begin(order, self.press_back)
        outcome = firmware.payment.transact(asked, session)
        memory.end(order, outcome)
        return self._result(extras, outcome)

    def query(self, order: str) -> dict[str, Any]:
        """What became of an order: for who has lost its result. ``""``: of the last transaction."""
        came_to = self._firmware.last_asked.of(order)
        if came_to == "running":
            return {"found": True, "open": True}
        if came_to is None and not order:
            came_to = self._firmware.settlement.last_outcome()
        if came_to is None:
            return {"found": False}
        result = self._result({"order_no": order} if order else {}, came_to)
        return {"found": True, "open": False, **result.plain()}

    def condition(self) -> dict[str, Any]:
        """Whether it may sell, and what is the matter where it may not."""
        word, cause = self._firmware.state.for_register()
        if not cause:
            return {"state": word}
        alarm = self._firmware.alarms.alarm(cause)
        self._firmware.alarms.told(cause)
        return {"state": word, "code": alarm.code, "text": alarm.text}

    def _result(self, extras: Extras, outcome: Outcome) -> Result:
        firmware = self._firmware
        said = {**_echo(extras), "amt": f"{outcome.amount // 100}.{outcome.amount % 100:02d}"}
        if outcome.stan:
            entry = firmware.storage.outcome_of(outcome.stan)
            said["batchbillno"] = f"{entry.batch if entry else 0:06d}{outcome.stan:06d}"
            said["refernumber"] = entry.rrn if entry else ""
        if outcome.pan:
            said["card_no"] = outcome.pan
        if outcome.outcome == "approved":
            return Result(OK, {**said, "auth_no": outcome.auth})
        cause = outcome.cause or "cancelled"
        alarm = firmware.alarms.alarm(cause)
        host = f":{outcome.response}" if outcome.response else ""
        said["reason"] = f"[{alarm.code}{host}] {alarm.text}"
        return Result(CANCELED if cause == "cancelled" else FAILED, said)

    def _refusal(self, extras: Mapping[str, str], code: str, text: str) -> Result:
        return Result(FAILED, {**_echo(extras), "reason": f"[{code.upper()}] {text}"})


def _echo(extras: Mapping[str, str]) -> Extras:
    """What comes back as it was given."""
    same = ("pay_tp", "proc_tp", "proc_cd", "order_no", "time_stamp")
    return {"msg_tp": "0210", **{name: extras[name] for name in same if name in extras}}


def _asked(deal: Deal, extras: Mapping[str, str]) -> Asked | None:
    """What an intent wants; None where it does not say so rightly."""
    amount, stan = extras.get("amt", ""), extras.get("systraceno", "")
    if (amount or deal in PAID) and not AMOUNT.fullmatch(amount):
        return None
    if stan and not (stan.isascii() and stan.isdecimal() and len(stan) <= 6):
        return None
    return Asked(deal, int(amount.replace(".", "") or 0), stan=int(stan or 0))
