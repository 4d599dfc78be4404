"""A modem of nobody's make: what 3GPP TS 27.007, 27.005 and ITU-T V.250 ask for, and no more.

Source: 3GPP TS 27.007 and 27.005 (clause at each command), ITU-T V.250.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from harness.sim.modems.basics import BASIC
from harness.sim.modems.dialect import STANDARD, Act, Said
from harness.sim.modems.dialect import Dialect as Base
from harness.sim.modems.network import NETWORK
from harness.sim.modems.sms import SMS


class Dialect(Base):
    """What all families have."""

    COMMANDS: ClassVar[Mapping[str, Act]] = {**BASIC, **NETWORK, **SMS}
    RANGES: ClassVar[Mapping[str, str]] = {
        "+CFUN": "(0,1,4),(0,1)", "+CREG": "(0-{registration_n})",
        "+CGREG": "(0-{registration_n})", "+CEREG": "(0-{registration_n})",
        "+CMEE": "(0-2)", "+CGATT": "(0,1)", "+CGACT": "(0,1)", "+CMGF": "(0,1)",
        "+CSQ": "(0-31,99),(0-7,99)", "+CESQ": "(0-63,99),(0-7,99),(0-96,255),(0-49,255),"
        "(0-34,255),(0-97,255)", "+CGEREP": "(0-2),(0,1)", "+CUSD": "(0-2)",
        "+CGDCONT": '(1-16),"IP",,,(0-2),(0-4)', "+CNMI": "(0-2),(0-3),(0,2),(0-2),(0,1)",
        "+CPMS": '("ME"),("ME"),("ME")', "+CMGL": "({stats})", "+CMGD": "({kept}),(0-4)",
        "+CSMS": "(0,1)", "+CSDH": "(0,1)", "+CGSMS": "(0-3)", "+CSCS": '("GSM","IRA","UCS2")',
        "+CTZR": "(0,1)", "+CTZU": "(0,1)", "+CRC": "(0,1)", "+CLIP": "(0,1)", "+CPAS": "(0,3,4)",
        "+IFC": "(0-2),(0-2)", "+ICF": "(3),(0-3)", "+IPR": "(),(9600,19200,38400,57600,115200)",
    }  # fmt: skip
    RUN_ONLY: ClassVar[frozenset[str]] = frozenset(
        (
            "+CIMI",
            "+CNUM",
            "+CSQ",
            "+CESQ",
            "+CEER",
            "+CGMI",
            "+CGMM",
            "+CGMR",
            "+GMI",
            "+GMM",
            "+GMR",
            "I",
        )
    )
    READ_ONLY: ClassVar[frozenset[str]] = frozenset(("+CPIN", "+CCLK"))
    REMEMBERED: ClassVar[Mapping[str, str]] = {
        "+CSCS": '"GSM"', "+CSMS": "0,1,1,1", "+CTZR": "0", "+CTZU": "0", "+CRC": "0",
        "+CLIP": "0", "+IPR": "115200", "+IFC": "0,0", "+ICF": "3,3", "+CSDH": "0",
        "+CSMP": "17,167,0,0", "+CSCA": '"",129', "+CGSMS": "1",
    }  # fmt: skip
    FACTORY: ClassVar[Mapping[str, Any]] = {
        "E": 1, "V": 1, "Q": 0, "+CMEE": 0, "+CMGF": 0, "+CREG": 0, "+CGREG": 0, "+CEREG": 0,
        "+CGEREP": 0, "+CNMI": True,
    }  # fmt: skip
    SAYS: ClassVar[Mapping[str, Sequence[Said]]] = STANDARD
