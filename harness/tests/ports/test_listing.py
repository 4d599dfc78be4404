"""What is listed without a byte to any of it, and what is said when a library is missing."""

import pytest
from pyvisa_py import tcpip

from harness.ports import listing


def test_the_lan_is_asked_in_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts by VXI-11's broadcast and by DNS-SD, each once."""
    found: dict[str, dict[str, object]] = {
        "_scpi-raw._tcp.local.": {"10.0.0.7": {}},
        "_lxi._tcp.local.": {"10.0.0.5": {}},
    }
    broadcast = staticmethod(lambda: ["TCPIP::10.0.0.5::INSTR"])
    monkeypatch.setattr(tcpip.TCPIPInstrVxi11, "list_resources", broadcast)
    monkeypatch.setattr(tcpip, "get_services", lambda service, _: found.get(service, {}))
    assert listing.lan_hosts() == (["10.0.0.5", "10.0.0.7"], "")


@pytest.mark.parametrize("error", [NotImplementedError("zeroconf"), OSError("no network")])
def test_a_lan_that_cannot_be_asked_is_told(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """What the broadcast brought is kept, and the reason for the rest is said."""

    def fail(service: str, within: float) -> dict[str, object]:
        raise error

    broadcast = staticmethod(lambda: ["TCPIP::10.0.0.5::INSTR"])
    monkeypatch.setattr(tcpip.TCPIPInstrVxi11, "list_resources", broadcast)
    monkeypatch.setattr(tcpip, "get_services", fail)
    hosts, said = listing.lan_hosts()
    assert hosts == ["10.0.0.5"]
    assert "DNS-SD" in said


def test_usb_without_its_libraries_is_a_note() -> None:
    """A list and a sentence, whatever is installed here."""
    resources, note = listing.usb_instruments()
    assert resources == sorted(resources)
    assert note == "" or "USB" in note
