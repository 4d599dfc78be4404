"""The tables of national languages for seven bits: Turkish, Spanish and Portuguese.

Source: 3GPP TS 23.038, 6.2.1.2.4 (numbers of the languages), annex A.2 (single shift: behind an
escape) and A.3 (locking shift: instead of the default alphabet; Spanish has none). A message names
them in its header (TS 23.040, 9.2.3.24.15 and .16).
"""

from collections.abc import Mapping

from harness.wire.gsm7 import BASIC, SHIFTED

TURKISH, SPANISH, PORTUGUESE = 1, 2, 3

#: Language -> code behind an escape -> sign.
SINGLE: dict[int, Mapping[int, str]] = {
    TURKISH: SHIFTED | {
        0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş",
    },
    SPANISH: SHIFTED | {
        0x09: "ç", 0x41: "Á", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú", 0x61: "á", 0x69: "í", 0x6F: "ó",
        0x75: "ú",
    },
    PORTUGUESE: SHIFTED | {
        0x05: "ê", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á", 0x12: "Φ", 0x13: "Γ",
        0x15: "Ω", 0x16: "Π", 0x17: "Ψ", 0x18: "Σ", 0x19: "Θ", 0x1F: "Ê", 0x41: "À", 0x49: "Í",
        0x4F: "Ó", 0x55: "Ú", 0x5B: "Ã", 0x5C: "Õ", 0x61: "Â", 0x69: "í", 0x6F: "ó", 0x75: "ú",
        0x7B: "ã", 0x7C: "õ", 0x7F: "â",
    },
}  # fmt: skip

#: Language -> its alphabet.
LOCKING: dict[int, str] = {
    TURKISH: (
        "@£$¥€éùıòÇ\nĞğ\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bŞşßÉ"
        " !\"#¤%&'()*+,-./0123456789:;<=>?"
        "İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
        "çabcdefghijklmnopqrstuvwxyzäöñüà"
    ),
    PORTUGUESE: (
        "@£$¥êéúíóç\nÔô\rÁáΔ_ªÇÀ∞^\\€Ó|\x1bÂâÊÉ"
        " !\"#º%&'()*+,-./0123456789:;<=>?"
        "ÍABCDEFGHIJKLMNOPQRSTUVWXYZÃÕÚÜ§"
        "~abcdefghijklmnopqrstuvwxyzãõ`üà"
    ),
}


def tables(single: int | None, locking: int | None) -> tuple[str, Mapping[int, str]]:
    """The alphabet, and what stands behind an escape; a language without one has the default's."""
    basic = BASIC if locking is None else LOCKING.get(locking, BASIC)
    return basic, SHIFTED if single is None else SINGLE.get(single, SHIFTED)
