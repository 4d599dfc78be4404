"""Commands every simulated modem has about short messages (3GPP TS 27.005, clause at each)."""

from harness.sim.modems.basics import choice
from harness.sim.modems.dialect import Act
from harness.sim.modems.messages import READ, UNREAD, UNSENT, Message, septets
from harness.sim.modems.port import AtPort, Refusal
from harness.wire.at_commands import Command, Form

WRONG_INDEX, WRONG_TEXT_PARAMETER, STORE_FULL, NO_SERVICE = 321, 305, 322, 331

#: +CMGL's <stat> (3.1): number in PDU mode, words in text mode -> which are listed.
LISTED: dict[str, tuple[str, ...]] = {
    "0": (UNREAD,), "1": (READ,), "2": (UNSENT,), "3": (), "4": (UNREAD, READ, UNSENT),
    UNREAD: (UNREAD,), READ: (READ,), UNSENT: (UNSENT,), "STO SENT": (),
    "ALL": (UNREAD, READ, UNSENT),
}  # fmt: skip
#: +CMGD's <delflag> -> which are deleted; nothing is kept that was sent.
DELETED: dict[int, tuple[str, ...]] = {
    1: (READ,), 2: (READ,), 3: (READ, UNSENT), 4: (UNREAD, READ, UNSENT),
}  # fmt: skip
STATUS = {UNREAD: 0, READ: 1, UNSENT: 2}


def _text_mode(at: AtPort, command: Command) -> list[str]:
    """+CMGF (3.2.3)."""
    if command.form is Form.READ:
        return [f"+CMGF: {at.settings['+CMGF']}"]
    at.settings["+CMGF"] = choice(command, 0, 1)
    return []


def _new_messages(at: AtPort, command: Command) -> list[str]:
    """+CNMI (3.4.1): mt=1 reports +CMTI."""
    if command.form is Form.READ:
        return [f"+CNMI: 2,{int(at.settings['+CNMI'])},0,0,0"]
    choice(command, 0, 1, 2, 3, default=0)
    at.settings["+CNMI"] = choice(command, 0, 1, 2, 3, at=1, default=0) == 1
    return []


def _spelt(at: AtPort, text: str) -> str:
    """As +CSCS wants it (TS 27.007, 5.5); what GSM cannot spell comes as UCS2 in hex."""
    if at.remembered.get("+CSCS") == '"UCS2"' or septets(text) is None:
        return text.encode("utf-16-be").hex().upper()
    return text


def _shown(at: AtPort, message: Message, head: str) -> list[str]:
    if at.settings["+CMGF"]:
        start = f'{head}"{message.status}","{_spelt(at, message.sender)}"'
        lines = [f'{start},,"{message.stamp}"', _spelt(at, message.text)]
    else:
        length, pdu = message.pdu()
        lines = [f"{head}{STATUS[message.status]},,{length}", pdu]
    message.status = READ if message.status == UNREAD else message.status
    return lines


def _list(at: AtPort, command: Command) -> list[str]:
    """+CMGL (3.4.2)."""
    wanted = command.text(0, "REC UNREAD" if at.settings["+CMGF"] else "0").upper()
    if wanted not in LISTED or wanted.isdigit() == bool(at.settings["+CMGF"]):
        raise Refusal(cms=WRONG_TEXT_PARAMETER)
    lines: list[str] = []
    for index, message in sorted(at.modem.messages.kept.items()):
        if message.status in LISTED[wanted]:
            lines += _shown(at, message, f"+CMGL: {index},")
    return lines


def _read(at: AtPort, command: Command) -> list[str]:
    """+CMGR (3.4.3)."""
    message = at.modem.messages.kept.get(command.number(0, 0) or 0)
    if message is None:
        raise Refusal(cms=WRONG_INDEX)
    return _shown(at, message, "+CMGR: ")


def _delete(at: AtPort, command: Command) -> list[str]:
    """+CMGD=index[,delflag] (3.5.4): with a flag the index means nothing."""
    kept = at.modem.messages.kept
    index, flag = command.number(0, 0) or 0, choice(command, 0, 1, 2, 3, 4, at=1, default=0)
    if flag:
        for number in [one for one, message in kept.items() if message.status in DELETED[flag]]:
            del kept[number]
    elif kept.pop(index, None) is None and not 1 <= index <= at.modem.messages.places:
        raise Refusal(cms=WRONG_INDEX)
    return []


def _storage(at: AtPort, command: Command) -> list[str]:
    """+CPMS (3.2.2)."""
    store = at.modem.messages
    counts = f"{len(store.kept)},{store.places}"
    if command.form is Form.READ:
        return [f'+CPMS: "ME",{counts},"ME",{counts},"ME",{counts}']
    return [f"+CPMS: {counts},{counts},{counts}"]


def _send(at: AtPort, command: Command) -> list[str]:
    """+CMGS (3.5.1): a prompt, then a text until Ctrl-Z or ESC."""
    if not command.text(0):
        raise Refusal(cms=WRONG_TEXT_PARAMETER)
    if at.ask_text() is None:
        return []
    at.wait(1.0)
    if not at.modem.registration.registered:
        raise Refusal(cms=NO_SERVICE)
    at.modem.texts_sent += 1
    return [f"+CMGS: {at.modem.texts_sent % 256}"]


def _write(at: AtPort, command: Command) -> list[str]:
    """+CMGW (3.5.3): as +CMGS, but kept; +CMS ERROR: 322 when there is no place."""
    typed = at.ask_text()
    if typed is None:
        return []
    text = typed.decode("latin-1")
    index = at.modem.messages.keep(Message(command.text(0), text, at.modem.now(), UNSENT))
    if index is None:
        at.modem.messages.missed -= 1  # nothing of the network's was lost
        raise Refusal(cms=STORE_FULL)
    return [f"+CMGW: {index}"]


SMS: dict[str, Act] = {
    "+CMGF": _text_mode, "+CNMI": _new_messages, "+CMGL": _list, "+CMGR": _read, "+CMGD": _delete,
    "+CPMS": _storage, "+CMGS": _send, "+CMGW": _write,
}  # fmt: skip
