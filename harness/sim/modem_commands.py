"""The commands of the simulated modem, as tables.

Source: 3GPP TS 27.007 and 27.005 (clause at each), ITU-T V.250, Quectel EC25&EC21 AT Commands
Manual. A command is ``f(at, command) -> lines``; it raises ``Refusal`` to be answered with an
error. It runs in the port's task and may take its time with ``at.wait``.
"""

from collections.abc import Callable

from harness.sim.modem_basics import BASIC, REMEMBERED, remember
from harness.sim.modem_network import NETWORK
from harness.sim.modem_port import AtPort, Refusal
from harness.sim.modem_sms import SMS
from harness.wire.at_commands import Command, Form

Act = Callable[[AtPort, Command], list[str]]

#: The parameters a test command shows; OK alone for the others.
RANGES: dict[str, str] = {
    "+CFUN": "(0,1,4),(0,1)",
    "+CMEE": "(0-2)", "+CGATT": "(0,1)", "+CGACT": "(0,1)", "+CMGF": "(0,1)",
    "+CSQ": "(0-31,99),(0-7,99)", "+CESQ": "(0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),"
    "(0-97,255)", "+CGEREP": "(0-2),(0,1)", "+CUSD": "(0-2)",
    "+CGDCONT": '(1-16),"IP",,,(0-2),(0-4)', "+CNMI": "(0-2),(0-3),(0,2),(0-2),(0,1)",
}  # fmt: skip

COMMANDS: dict[str, Act] = {**BASIC, **NETWORK, **SMS}


def carry_out(at: AtPort, command: Command) -> list[str]:
    """Run one command; raises Refusal."""
    name = command.name
    if command.form is Form.TEST and name != "+COPS" and (name in COMMANDS or name in REMEMBERED):
        return _ranges(at, name)
    if name in COMMANDS:
        return COMMANDS[name](at, command)
    if name in REMEMBERED:
        return remember(at, command)
    if name.startswith("S") and name[1:].isdigit():
        return _register(at, command)
    raise Refusal(4 if name[0] == "+" else None)  # 4: operation not supported


def _ranges(at: AtPort, name: str) -> list[str]:
    if name in at.levels:
        return [f"{name}: (0-{at.modem.personality['quirks']['registration_n']})"]
    return [f"{name}: {RANGES[name]}"] if name in RANGES else []


def _register(at: AtPort, command: Command) -> list[str]:
    """S-registers (V.250, 6.2): S3 and S5 take effect here, the others are kept."""
    if command.form is Form.READ:
        live = {"S3": at.reader.line_end, "S5": at.reader.rub_out}
        value = live.get(command.name, int(at.remembered.get(command.name, "0")))
        return [f"{value:03d}"]
    if command.form is Form.SET:
        value = command.number(0, 0) or 0
        if value > (127 if command.name in ("S3", "S5") else 255):
            raise Refusal
        at.remembered[command.name] = f"{value}"
        if command.name == "S3":
            at.reader.line_end = value
        if command.name == "S5":
            at.reader.rub_out = value
    return []
