"""Commands of the simulated modem about short messages (3GPP TS 27.005)."""

from collections.abc import Callable

from harness.sim.messages import READ, UNREAD, Message
from harness.sim.modem_basics import choice
from harness.sim.modem_port import AtPort, Refusal
from harness.wire.at_commands import Command, Form

Act = Callable[[AtPort, Command], list[str]]
WRONG_INDEX, WRONG_TEXT_PARAMETER, NO_SERVICE = 321, 305, 331

#: +CMGL's <stat> (TS 27.005, 3.1): number in PDU mode, words in text mode -> which are listed.
LISTED: dict[str, tuple[str, ...]] = {
    "0": (UNREAD,), "1": (READ,), "2": (), "3": (), "4": (UNREAD, READ),
    UNREAD: (UNREAD,), READ: (READ,), "STO UNSENT": (), "STO SENT": (), "ALL": (UNREAD, READ),
}  # fmt: skip


def _text_mode(at: AtPort, command: Command) -> list[str]:
    if command.form is Form.READ:
        return [f"+CMGF: {at.settings['+CMGF']}"]
    at.settings["+CMGF"] = choice(command, 0, 1)
    return []


def _new_messages(at: AtPort, command: Command) -> list[str]:
    """+CNMI (TS 27.005, 3.4.1): mt=1 reports +CMTI."""
    if command.form is Form.READ:
        return [f"+CNMI: 2,{int(at.tells_messages)},0,0,0"]
    choice(command, 0, 1, 2, 3)
    at.tells_messages = choice(command, 0, 1, 2, 3, at=1) == 1
    return []


def _shown(at: AtPort, message: Message, head: str) -> list[str]:
    if at.settings["+CMGF"]:
        start = f'{head}"{message.status}","{message.sender}"'
        lines = [f'{start},,"{message.stamp}"', message.text]
    else:
        length, pdu = message.pdu()
        lines = [f"{head}{int(message.status == READ)},,{length}", pdu]
    message.status = READ
    return lines


def _list(at: AtPort, command: Command) -> list[str]:
    wanted = command.text(0, "REC UNREAD" if at.settings["+CMGF"] else "0").upper()
    if wanted not in LISTED or wanted.isdigit() == bool(at.settings["+CMGF"]):
        raise Refusal(cms=WRONG_TEXT_PARAMETER)
    lines: list[str] = []
    for index, message in sorted(at.modem.messages.kept.items()):
        if message.status in LISTED[wanted]:
            lines += _shown(at, message, f"+CMGL: {index},")
    return lines


def _read(at: AtPort, command: Command) -> list[str]:
    message = at.modem.messages.kept.get(command.number(0, 0) or 0)
    if message is None:
        raise Refusal(cms=WRONG_INDEX)
    return _shown(at, message, "+CMGR: ")


def _delete(at: AtPort, command: Command) -> list[str]:
    """+CMGD=index[,4]: 4 deletes all (TS 27.005, 3.5.4)."""
    kept = at.modem.messages.kept
    index = command.number(0, 0) or 0
    if command.number(1, 0) == 4:
        kept.clear()
    elif kept.pop(index, None) is None and not 1 <= index <= at.modem.messages.places:
        raise Refusal(cms=WRONG_INDEX)
    return []


def _storage(at: AtPort, command: Command) -> list[str]:
    store = at.modem.messages
    counts = f"{len(store.kept)},{store.places}"
    if command.form is Form.READ:
        return [f'+CPMS: "ME",{counts},"ME",{counts},"ME",{counts}']
    return [f"+CPMS: {counts},{counts},{counts}"]


def _send(at: AtPort, command: Command) -> list[str]:
    """+CMGS: a prompt, then a text until Ctrl-Z or ESC (TS 27.005, 3.5.1)."""
    if not command.text(0):
        raise Refusal(cms=WRONG_TEXT_PARAMETER)
    if at.ask_text() is None:
        return []
    at.wait(1.0)
    if not at.modem.registration.registered:
        raise Refusal(cms=NO_SERVICE)
    at.modem.texts_sent += 1
    return [f"+CMGS: {at.modem.texts_sent % 256}"]


SMS: dict[str, Act] = {
    "+CMGF": _text_mode, "+CNMI": _new_messages, "+CMGL": _list, "+CMGR": _read, "+CMGD": _delete,
    "+CPMS": _storage, "+CMGS": _send,
}  # fmt: skip
