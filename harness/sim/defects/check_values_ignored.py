"""The check values of new keys are not looked at: whatever has the right length is used.

Breaks invariant 15 (P13): nothing financial with keys that are not valid.
host/sign_on_answer_spoilt catches it.
"""

from harness.sim.terminal.acquiring import BadAnswer
from harness.sim.terminal.firmware import Firmware
from harness.wire import mac
from harness.wire.iso8583 import Message
from harness.wire.subfields import Kind, WorkKeys

KEY, WHOLE = 16, 40  # B: a key; two of them with their check values


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquiring part that decrypts and asks no more."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def take_keys(self, answer: Message) -> int:
            field = answer.get(62).encode("latin-1", "replace")
            try:
                return super().take_keys(answer)  # type: ignore[no-any-return]
            except BadAnswer:
                if len(field) != WHOLE:
                    raise
            pin, own = field[:KEY], field[WHOLE // 2 : WHOLE // 2 + KEY]
            self.work_keys = WorkKeys(
                mac.decrypt(self._master, pin), mac.decrypt(self._master, own)
            )
            return Kind.parse(answer.get(60)).batch

    return base.with_parts(Acquiring=Acquiring)
