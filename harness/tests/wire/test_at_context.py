"""Data contexts, from lines as modems print them."""

# ruff: noqa: E501, S104 - lines as modems print them; nothing is bound

import pytest

from harness.wire.at_context import PdpContext, address, cgcontrdp


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        # 27.007 before v9.4: the address alone; since then with its mask behind it
        ('+CGCONTRDP: 1,5,"internet","10.0.0.5","","8.8.8.8"', PdpContext(1, "", "internet", "10.0.0.5")),
        ('+CGCONTRDP: 1,5,"internet.mnc001.mcc001.gprs","10.0.0.5.255.255.255.0","10.0.0.1","8.8.8.8","0.0.0.0"',
         PdpContext(1, "", "internet.mnc001.mcc001.gprs", "10.0.0.5")),
        ('+CGCONTRDP: 2,6,"v6","32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1.255.255.255.255.255.255.255.255.0.0.0.0.0.0.0.0"',
         PdpContext(2, "", "v6", "2001:db8::1")),
        ('+CGCONTRDP: 1,5,"internet"', PdpContext(1, "", "internet", "")),
        ("+CGCONTRDP: 1,5,internet,10.0.0.5", PdpContext(1, "", "internet", "10.0.0.5")),
        ("+CGCONTRDP: 1,5", None),
        ("+CGCONTRDP:", None),
    ],
)  # fmt: skip
def test_a_context_in_force_is_read(line: str, wanted: PdpContext | None) -> None:
    """Trailing fields may be missing."""
    assert cgcontrdp(line) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("10.0.0.5", "10.0.0.5"),
        ("10.0.0.5.255.255.255.0", "10.0.0.5"),
        ("32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1", "2001:db8::1"),
        ("2001:db8::1/64", "2001:db8::1"),
        ("2001:DB8:0:0:0:0:0:1 FFFF:FFFF:FFFF:FFFF:0:0:0:0", "2001:db8::1"),
        ("0.0.0.0", None),
        ("0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", None),
        ("10.0.0", None),
        ("10.0.0.256", None),
        ("", None),
        ("nonsense", None),
        ("١٠.0.0.5", None),
    ],
)
def test_an_address_is_read_in_every_form(text: str, wanted: str | None) -> None:
    """With its mask, as sixteen bytes, in colons; the unspecified one is none."""
    assert address(text) == wanted
