"""IPv4 packets: read, forged, readdressed; judged by scapy, which is somebody else's code."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.packet import Raw

from harness.links import packet as packets
from harness.links.flow import Flow
from harness.links.nat import Diversions

NEAR, FAR, PORTAL = "100.64.0.2", "198.51.100.7", "10.0.0.80"

payloads = st.binary(max_size=60)
ports = st.integers(1, 65535)


def tcp(flags: str = "PA", payload: bytes = b"", **fields: Any) -> bytes:
    """A segment from the terminal."""
    segment = IP(src=NEAR, dst=FAR) / TCP(sport=40000, dport=443, flags=flags, **fields)
    return bytes(segment / Raw(payload))


def rebuilt(octets: bytes) -> bytes:
    """The same packet with its checksums computed by scapy."""
    seen = IP(octets)
    for layer in (IP, TCP, UDP, ICMP):
        if layer in seen:
            seen[layer].chksum = None
    return bytes(seen)


@pytest.mark.parametrize(
    ("octets", "up", "flow", "near"),
    [
        (tcp(), True, Flow("tcp", FAR, 443), 40000),
        (
            bytes(IP(src=FAR, dst=NEAR) / UDP(sport=53, dport=5353) / b"x"),
            False,
            Flow("udp", FAR, 53),
            5353,
        ),
        (bytes(IP(src=NEAR, dst=FAR) / ICMP()), True, Flow("icmp", FAR, 0), 0),
        (bytes(IP(src=NEAR, dst=FAR, proto=47) / b"gre"), True, Flow("47", FAR, 0), 0),
        (bytes(IP(src=NEAR, dst=FAR, proto=6, frag=9) / b"xxxxxxxx"), True, Flow("tcp", FAR), 0),
    ],
)
def test_a_packet_tells_its_conversation(octets: bytes, up: bool, flow: Flow, near: int) -> None:
    """As seen from the terminal, whichever way it goes; a later fragment has no ports."""
    assert packets.is_ipv4(octets)
    assert packets.flow_of(octets, up=up) == flow
    assert packets.near_port(octets, up=up) == near


@given(st.binary(max_size=80))
def test_no_bytes_are_too_odd(octets: bytes) -> None:
    """Whatever passes for IPv4 can be asked for everything."""
    if packets.is_ipv4(octets):
        for up in (True, False):
            packets.flow_of(octets, up=up)
            packets.key_of(octets, up=up)
        packets.begins(octets)
        packets.resets(octets)
        packets.icmp_unreachable(octets, "prohibited", packets.address(FAR))
        assert packets.payload_at(octets) >= 20
        assert len(packets.readdressed(octets, target=b"\x0a\x00\x00\x50")) == len(octets)


@pytest.mark.parametrize("octets", [b"", b"\x60" + bytes(39), b"\x45" + bytes(10), b"\x4f" * 20])
def test_what_is_no_ipv4_is_not_taken_for_it(octets: bytes) -> None:
    """IPv6, and headers that are cut off or too short."""
    assert not packets.is_ipv4(octets)


@given(payloads, ports, ports)
def test_the_checksum_is_the_internets(payload: bytes, source: int, target: int) -> None:
    """A readdressed packet is what scapy makes of the new addresses."""
    for layer in (TCP(sport=source, dport=target), UDP(sport=source, dport=target)):
        octets = bytes(IP(src=NEAR, dst=FAR, id=77) / layer / Raw(payload))
        turned = packets.readdressed(octets, target=packets.address(PORTAL))
        assert IP(turned).dst == PORTAL
        assert turned == rebuilt(turned)


def test_udp_without_a_checksum_stays_without() -> None:
    """Zero means none (RFC 768)."""
    octets = bytes(IP(src=NEAR, dst=FAR) / UDP(sport=1, dport=2, chksum=0) / b"abc")

    assert IP(packets.readdressed(octets, target=packets.address(PORTAL)))[UDP].chksum == 0


def test_a_reset_fits_both_ends() -> None:
    """Each comes from the other end, at the sequence number that the receiver expects next."""
    octets = tcp(payload=b"12345", seq=1000, ack=2000)

    forged = packets.resets(octets)

    assert forged is not None
    to_sender, to_receiver = (IP(one) for one in forged)
    assert (to_sender.src, to_sender.dst, to_sender[TCP].dport) == (FAR, NEAR, 40000)
    assert (to_sender[TCP].seq, to_sender[TCP].flags) == (2000, "R")
    assert (to_receiver.src, to_receiver.dst, to_receiver[TCP].dport) == (NEAR, FAR, 443)
    assert (to_receiver[TCP].seq, to_receiver[TCP].flags) == (1000, "R")
    assert [bytes(one) for one in forged] == [rebuilt(one) for one in forged]


def test_a_syn_is_refused_as_a_closed_port_does_it() -> None:
    """RST with an ACK of the SYN (RFC 9293, 3.10.7.1)."""
    forged = packets.resets(tcp("S", seq=1000))

    assert forged is not None
    to_sender = IP(forged[0])
    assert (to_sender[TCP].flags, to_sender[TCP].seq, to_sender[TCP].ack) == ("RA", 0, 1001)


@pytest.mark.parametrize("octets", [tcp("R"), bytes(IP(src=NEAR, dst=FAR) / UDP() / b"x")])
def test_nothing_is_reset_by_a_reset(octets: bytes) -> None:
    """Nor what is not TCP."""
    assert packets.resets(octets) is None


@pytest.mark.parametrize(("word", "code", "mtu"), [("prohibited", 13, 0), ("too_big", 4, 1300)])
def test_an_icmp_error_quotes_its_packet(word: str, code: int, mtu: int) -> None:
    """The header and eight bytes more; the next hop's MTU where it is too big (RFC 1191)."""
    octets = tcp(payload=b"12345678")

    error = packets.icmp_unreachable(octets, word, packets.address("100.64.0.1"), mtu)

    assert error is not None
    seen = IP(error)
    assert (seen.src, seen.dst, seen[ICMP].type, seen[ICMP].code) == ("100.64.0.1", NEAR, 3, code)
    assert error[20 + 8 :] == octets[:28]
    assert int.from_bytes(error[26:28], "big") == mtu
    assert packets.checksum(error[20:]) == 0


def test_no_icmp_error_answers_icmp() -> None:
    """Nor a later fragment (RFC 1122, 3.2.2)."""
    for octets in (
        bytes(IP(src=NEAR, dst=FAR) / ICMP()),
        bytes(IP(src=NEAR, dst=FAR, frag=8) / UDP()),
    ):
        assert packets.icmp_unreachable(octets, "prohibited", packets.address(FAR)) is None


def test_a_conversation_is_led_away_and_comes_back_under_its_own_name() -> None:
    """Only that one, and not when the terminal begins anew with the same ports."""
    led = Diversions()
    syn = tcp("S")
    other = bytes(IP(src=NEAR, dst=FAR) / TCP(sport=40001, dport=443, flags="S"))
    reply = bytes(IP(src=PORTAL, dst=NEAR) / TCP(sport=443, dport=40000, flags="SA"))
    assert led.turned(syn, up=True) == syn

    led.begin(syn, packets.address(PORTAL))

    assert IP(led.turned(syn, up=True)).dst == PORTAL
    assert IP(led.turned(reply, up=False)).src == FAR
    assert led.turned(other, up=True) == other
    led.end(syn)
    assert led.turned(syn, up=True) == syn
    assert led.turned(reply, up=False) == reply
