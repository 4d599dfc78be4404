"""AT: the line that ends an answer, and the errors it names.

Source: ITU-T V.250, 5.7.1 (result codes); 3GPP TS 27.007, 9.2 (``+CME ERROR``) and TS 27.005, 3.2.5
(``+CMS ERROR``); what makers say besides is said where it is stood.
"""

import re
from dataclasses import dataclass

#: V.250, table 1: result code -> its number under V0. ``OK`` alone is a success.
RESULT_NUMBERS: dict[str, int] = {
    "OK": 0, "CONNECT": 1, "RING": 2, "NO CARRIER": 3, "ERROR": 4, "NO DIALTONE": 6, "BUSY": 7,
    "NO ANSWER": 8,
}  # fmt: skip

#: How a line that ends an answer begins -> whether the command succeeded. The first that fits wins.
FINALS: tuple[tuple[re.Pattern[str], bool], ...] = (
    (re.compile(r"OK$"), True),
    (re.compile(r"CONNECT\b"), True),
    (re.compile(r"\+CM[ES] ERROR\s*:"), False),
    (re.compile(r"ERROR$"), False),
    (re.compile(r"(?:NO CARRIER|NO ANSWER|NO DIALTONE|BUSY|ABORTED)$"), False),
    (re.compile(r"COMMAND NOT SUPPORT"), False),  # Neoway, ZTE
    (re.compile(r"MODEM ERROR\s*:"), False),
    (re.compile(r"NA$"), False),
)

_ENDS = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in FINALS))

#: 3GPP TS 27.007, 9.2. 102..146: NAS causes plus 100 (``nas_cause``).
CME_CAUSES: dict[int, str] = {
    0: "phone failure", 1: "no connection to phone", 2: "phone-adaptor link reserved",
    3: "operation not allowed", 4: "operation not supported", 5: "PH-SIM PIN required",
    6: "PH-FSIM PIN required", 7: "PH-FSIM PUK required", 10: "SIM not inserted",
    11: "SIM PIN required", 12: "SIM PUK required", 13: "SIM failure", 14: "SIM busy",
    15: "SIM wrong", 16: "incorrect password", 17: "SIM PIN2 required", 18: "SIM PUK2 required",
    20: "memory full", 21: "invalid index", 22: "not found", 23: "memory failure",
    24: "text string too long", 25: "invalid characters in text string",
    26: "dial string too long", 27: "invalid characters in dial string", 30: "no network service",
    31: "network timeout", 32: "network not allowed, emergency calls only",
    40: "network personalization PIN required", 41: "network personalization PUK required",
    42: "network subset personalization PIN required",
    43: "network subset personalization PUK required",
    44: "service provider personalization PIN required",
    45: "service provider personalization PUK required",
    46: "corporate personalization PIN required", 47: "corporate personalization PUK required",
    48: "hidden key required", 49: "EAP method not supported", 50: "incorrect parameters",
    51: "command implemented but currently disabled", 52: "command aborted by user",
    53: "not attached to network due to MT functionality restrictions",
    54: "modem not allowed, MT restricted to emergency calls only",
    55: "operation not allowed because of MT functionality restrictions",
    56: "fixed dial number only allowed, called number is not a fixed dial number",
    57: "temporarily out of service due to other MT usage",
    58: "language/alphabet not supported", 59: "unexpected data value", 60: "system failure",
    61: "data missing", 62: "call barred", 63: "message waiting indication subscription failure",
    100: "unknown", 102: "IMSI unknown in HLR", 103: "illegal MS", 104: "IMSI unknown in VLR",
    105: "IMEI not accepted", 106: "illegal ME", 107: "GPRS services not allowed",
    108: "GPRS and non-GPRS services not allowed",
    109: "MS identity cannot be derived by the network", 110: "implicitly detached",
    111: "PLMN not allowed", 112: "location area not allowed",
    113: "roaming not allowed in this location area",
    114: "GPRS services not allowed in this PLMN",
    115: "no suitable cells in location area", 116: "MSC temporarily not reachable",
    117: "network failure", 118: "CS domain not available", 119: "ESM failure", 122: "congestion",
    125: "not authorized for this CSG", 126: "insufficient resources",
    127: "missing or unknown APN", 128: "unknown PDP address or PDP type",
    129: "user authentication failed", 130: "request rejected by gateway",
    131: "request rejected, unspecified", 132: "service option not supported",
    133: "requested service option not subscribed",
    134: "service option temporarily out of order", 135: "NSAPI already used",
    136: "regular deactivation", 137: "QoS not accepted", 138: "call cannot be identified",
    139: "CS service temporarily not available", 140: "feature not supported",
    141: "semantic error in the TFT operation", 142: "syntactical error in the TFT operation",
    143: "unknown PDP context", 144: "semantic errors in packet filter(s)",
    145: "syntactical errors in packet filter(s)",
    146: "PDP context without TFT already activated", 148: "unspecified GPRS error",
    149: "PDP authentication failure", 150: "invalid mobile class",
    151: "last PDN disconnection not allowed", 171: "last PDN disconnection not allowed",
    172: "semantically incorrect message", 173: "mandatory information element error",
    176: "protocol error, unspecified", 177: "operator determined barring",
    178: "maximum number of PDP contexts reached",
    179: "requested APN not supported in current RAT and PLMN combination",
    189: "service option not authorized in this PLMN", 190: "network failure activation",
    191: "reactivation requested", 192: "PDP type IPv4 only allowed",
    193: "PDP type IPv6 only allowed", 196: "PDP type IPv4v6 only allowed",
    199: "APN restriction value incompatible with active PDP context",
    200: "multiple accesses to a PDN connection not allowed", 204: "severe network failure",
}  # fmt: skip

#: 3GPP TS 27.005, 3.2.5.
CMS_CAUSES: dict[int, str] = {
    300: "ME failure", 301: "SMS service of ME reserved", 302: "operation not allowed",
    303: "operation not supported", 304: "invalid PDU mode parameter",
    305: "invalid text mode parameter", 310: "SIM not inserted", 311: "SIM PIN required",
    312: "PH-SIM PIN required", 313: "SIM failure", 314: "SIM busy", 315: "SIM wrong",
    316: "SIM PUK required", 317: "SIM PIN2 required", 318: "SIM PUK2 required",
    320: "memory failure", 321: "invalid memory index", 322: "memory full",
    330: "SMSC address unknown", 331: "no network service",
    332: "network timeout", 340: "no +CNMA acknowledgement expected", 500: "unknown error",
}  # fmt: skip


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower()).replace("personalisation", "personalization")


_BY_TEXT = {
    "CME": {_letters(text): code for code, text in reversed(CME_CAUSES.items())},
    "CMS": {_letters(text): code for code, text in reversed(CMS_CAUSES.items())},
}


@dataclass(frozen=True, slots=True)
class Final:
    """The line that ended an answer.

    Attributes:
        ok: Whether the command succeeded.
        text: The line as it came.
        family: ``CME``, ``CMS`` or ``""``.
        code: The number of a +CME/+CMS ERROR; None when it came empty or with unknown words.
        cause: The code in words, else what the modem said.
    """

    ok: bool
    text: str
    family: str = ""
    code: int | None = None
    cause: str = ""

    @property
    def nas_cause(self) -> int | None:
        """The cause of TS 24.301 behind a +CME ERROR of 102..146 (TS 27.007, 9.2.2), or None."""
        return nas_cause(self.code) if self.family == "CME" else None


def nas_cause(code: int | None) -> int | None:
    """CME = 100 + NAS cause for 102..146; None for any other code."""
    return code - 100 if code is not None and 102 <= code <= 146 else None


def final_of(line: str) -> Final | None:
    """What a final result line says; None for any other line."""
    text = line.strip()
    if not _ENDS.match(text):
        return None
    ok = next(ok for pattern, ok in FINALS if pattern.match(text))
    found = re.match(r"\+(CM[ES]) ERROR\s*:\s*(.*)$", text)
    if not found:
        return Final(ok, text, cause="" if ok else text.lower())
    family, said = found[1], found[2].strip().strip('"')
    code = int(said) if re.fullmatch(r"\d{1,5}", said) else _BY_TEXT[family].get(_letters(said))
    names = CME_CAUSES if family == "CME" else CMS_CAUSES
    words = names.get(code, "") if code is not None else ""
    return Final(ok, text, family, code, words or said or "no cause given")
