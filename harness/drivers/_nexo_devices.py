"""What a register answers a terminal that wants to use its devices (MessageClass Device).

It has a display, a printer and something that beeps, all of which say that they did it; it has no
keys and no reader, and says that, so that no terminal takes an empty answer for a customer's.

Source: nexo Sale to POI Protocol 3.1, Display, Print, Sound, Input (DisplayOutput's
ResponseRequiredFlag, PrintOutput's and SoundRequest's ResponseMode); docs.adyen.com on each.
"""

from typing import Any

from harness.wire import nexo

DONE = {"Result": "Success"}
LACKING = {"Result": "Failure", "ErrorCondition": "UnavailableDevice"}
NOT_REQUIRED = "NotRequired"


def reply(message: nexo.Message) -> nexo.Message | None:
    """The response to a request; None where none is wanted, or it is none to a device."""
    header, body = message.header, message.body
    if header.kind != "Request" or header.of != "Device":
        return None
    if body.get("ResponseRequiredFlag", True) is False:
        return None
    act = {"Display": _displayed, "Print": _printed, "Sound": _sounded}.get(header.category)
    said = act(body) if act is not None else {"Response": LACKING}
    return None if said is None else nexo.Message(header.answered(), said)


def _displayed(body: nexo.Body) -> dict[str, Any] | None:
    """A result for each output that wants one, in their order."""
    outputs = body.get("DisplayOutput")
    rows = outputs if isinstance(outputs, list) else [outputs]
    wanted = [
        row for row in rows if isinstance(row, dict)
        and row.get("ResponseRequiredFlag", True) is not False
    ]  # fmt: skip
    told = [{**_same(row, "Device", "InfoQualify"), "Response": DONE} for row in wanted]
    return {"OutputResult": told} if told else None


def _printed(body: nexo.Body) -> dict[str, Any] | None:
    output = nexo.at(body, "PrintOutput")
    if nexo.text(output, "ResponseMode") == NOT_REQUIRED:
        return None
    return {**_same(output, "DocumentQualifier"), "Response": DONE}


def _sounded(body: nexo.Body) -> dict[str, Any] | None:
    return None if nexo.text(body, "ResponseMode") == NOT_REQUIRED else {"Response": DONE}


def _same(row: nexo.Body, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}
