"""What adb's clients and daemons read, for ``fuzz.py``: messages, files, output of commands."""

import html
import json
import random
from collections.abc import Mapping
from typing import Any, cast

from harness.drivers import _courier
from harness.drivers._console_rules import read_personality
from harness.drivers._dumps import NEXT, Polls
from harness.drivers._intent_report import Reporter
from harness.drivers._intents import read_intents
from harness.drivers._logcat import Logcat
from harness.drivers.android import TEXT
from harness.errors import Garbled, PortLost
from harness.files import fixture, read_plain
from harness.model.trace import Observation
from harness.tests.fuzz_codec import Codec, joined, pieces
from harness.wire import adb, adb_shell, adb_smart, adb_sync
from harness.wire.pan import mask

CARD = "6212345678901265"
BANNER = adb.Banner("device", {"ro.product.model": "HIL-SM300"}, ("shell_v2", "cmd"))
SMART = fixture("terminal", "smart", "console.yaml")
POLLS = Polls(read_plain(SMART)["polls"])
RULES = read_personality(SMART)[0]
INTENTS = read_intents("smart")
DUMPS = (
    "  AC powered: false\n  level: 93\n  voltage: 4,013\n",
    "CellSignalStrengthLte: rssi=-70 rsrp=-101 rsrq=-9 rssnr=12 level=3\n",
    "Total RAM: 2,000,000K\n Used RAM:   612,000K ( 1 cached)\n",
    "Temperature{mValue=41.5, mType=3, mName=skin, mStatus=0}\n",
    "Filesystem 1K-blocks Used Available Use% Mounted\n/dev/dm-3 4000000 1500000 2500000 38% /\n",
)


# --- the daemon's connection ----------------------------------------------------------------


def _messages(rng: random.Random) -> bytes:
    return joined(
        rng,
        lambda: adb.Message("CNXN", adb.CHECKED, adb.MOST, BANNER.to_bytes()),
        lambda: adb.Message("OPEN", rng.randrange(9), 0, b"shell,v2,raw:logcat\0"),
        lambda: adb.Message("WRTE", 1, 2, rng.randbytes(rng.randrange(40))),
        lambda: adb.Message("AUTH", adb.TOKEN, 0, rng.randbytes(adb.TOKEN_SIZE)),
        lambda: adb.Message("OKAY", 1, 2),
    )


def _read_messages(octets: bytes) -> None:
    deframer = adb.Deframer(checked=len(octets) % 2 == 0)
    for piece in pieces(octets):
        deframer.feed(piece)
        while (message := deframer.take()) is not None:
            assert adb.Banner.from_bytes(message.payload).kind is not None
            assert message.command in adb.COMMANDS


def _packets(rng: random.Random) -> bytes:
    return joined(
        rng,
        lambda: adb_shell.Packet(adb_shell.STDOUT, rng.randbytes(rng.randrange(60))),
        lambda: adb_shell.Packet(adb_shell.STDERR, b"Error: no such activity\n"),
        lambda: adb_shell.Packet(adb_shell.EXIT, rng.randbytes(1)),
    )


def _read_packets(octets: bytes) -> None:
    deframer = adb_shell.Deframer()
    for piece in pieces(octets):
        for packet in deframer.feed(piece):
            assert packet.kind != adb_shell.EXIT or len(packet.octets) == 1


def _smart(rng: random.Random) -> bytes:
    said = "".join(rng.choice("aä:;/ ") for _ in range(rng.randrange(40)))
    return rng.choice((
        adb_smart.OKAY + adb_smart.text_bytes(said) + rng.randbytes(5),
        adb_smart.failure("device 'HIL' not found"), adb_smart.text_bytes("host:version"),
    ))  # fmt: skip


def _read_smart(octets: bytes) -> None:
    """As a client does, and as a server does."""
    client, server = adb_smart.Inbox(), adb_smart.Inbox()
    for piece in pieces(octets):
        client.feed(piece)
        server.feed(piece)
    refused = 0
    for read in (server.text, client.status, client.text):
        try:
            read()
        except Garbled:
            refused += 1
    client.rest()
    if refused == 3:
        raise Garbled("in no direction")


def _parts(rng: random.Random) -> bytes:
    sent = b"".join(adb_sync.sent("/data/local/tmp/a,b", 0o644, rng.randbytes(30), 7))
    parts = [
        adb_sync.Part("OKAY"), adb_sync.Part("FAIL", octets=b"couldn't create file"),
        adb_sync.Part("STAT", (33188, 12, 9)), adb_sync.Part("DENT", (33188, 12, 9), b"a.txt"),
        adb_sync.Part("DATA", octets=rng.randbytes(20)),
    ]  # fmt: skip
    answers = b"".join(adb_sync.to_bytes(one, adb_sync.ANSWERS) for one in rng.sample(parts, 3))
    return rng.choice((sent, answers))


def _read_parts(octets: bytes) -> None:
    refused = 0
    for shapes in (adb_sync.REQUESTS, adb_sync.ANSWERS, adb_sync.LISTING):
        try:
            deframer = adb_sync.Deframer(shapes)
            for part in (one for piece in pieces(octets) for one in deframer.feed(piece)):
                if part.word == "SEND":
                    adb_sync.path_and_mode(part.octets)
        except Garbled:
            refused += 1
    if refused == 3:
        raise Garbled("in no direction")


# --- what commands say ----------------------------------------------------------------------


def _log(rng: random.Random) -> bytes:
    rows = (
        "08:00:01.000 I boot: version=1.10.2 slot=a reason=power", "state: ready pending=0",
        f"card: read entry=chip pan={CARD[:6]}******{CARD[-4:]}", "detect: A106 NO SIGNAL",
    )  # fmt: skip
    stamp = 1760000000 + rng.randrange(100)
    return "".join(
        f"  {stamp}.{rng.randrange(1000):03d}  1200  1201 I HilPay  : {rng.choice(rows)}\r\n"
        for _ in range(rng.randrange(1, 4))
    ).encode()


def _read_log(octets: bytes) -> None:
    log = Logcat(cast(Any, None), cast(Any, None), (), lambda *_: None)
    for line in octets.decode("utf-8", "replace").split("\n"):
        if log.is_news(line):
            said = mask(line)
            for rule in RULES:
                rule.read(said)


def _dumped(rng: random.Random) -> bytes:
    return f"\n{NEXT}\n".join([*rng.sample(DUMPS, len(DUMPS)), ""]).encode()


def _window(rng: random.Random) -> bytes:
    texts = (
        "INSERT CARD",
        "A106 &amp; NO SIGNAL",
        "刷卡",
        "",
        "&#38;#65;",
        f"{CARD[:6]}******1265",
    )
    nodes = "".join(
        f'<node index="{at}" text="{rng.choice(texts)}" class="android.widget.TextView" '
        f'bounds="[0,0][9,9]" />'
        for at in range(rng.randrange(1, 5))
    )
    return f'<?xml version="1.0"?><hierarchy rotation="0">{nodes}</hierarchy>'.encode()


def _read_window(octets: bytes) -> None:
    for text in TEXT.findall(octets.decode("utf-8", "replace")):
        mask(html.unescape(text)).encode("utf-8")


def _courier_lines(rng: random.Random) -> bytes:
    words: tuple[dict[str, Any], ...] = (
        {"id": "7", "stage": "waiting_for_host"}, {"id": "7", "stage": "\ud800"},
        {"id": "7", "result": 0, "extras": {"reason": "[A106] NO SIGNAL", "refernumber": "12"}},
        {"id": "7", "result": -1, "extras": {"batchbillno": "000001000007", "auth": "\ud800"}},
    )  # fmt: skip
    said = f'Broadcast completed: result=-1, data="{json.dumps(words[2])}"'
    lines = [json.dumps(rng.choice(words)) for _ in range(3)] + [rng.choice((said, "Starting: x"))]
    return "\n".join([*lines, ""]).encode()


def _read_courier(octets: bytes) -> None:
    """A transaction's words, a query's answer, and what is made of them, to the trace's line."""

    def observe(kind: str, /, *, t: float | None = None, **fields: object) -> None:
        Observation(1, 0.0, "terminal", kind, fields).to_line().encode("utf-8")

    asking = _courier._Asking("7", cast(Any, None), 0.0)
    reporter = Reporter(observe, INTENTS)
    found = _courier.ANSWER.search(octets.decode("utf-8", "replace"))
    words: list[Mapping[str, Any]] = [_courier._read(found[1])] if found else []
    try:
        words += [word.fields for piece in pieces(octets) for word in asking.take(0.0, piece)]
    except PortLost as error:
        raise Garbled(str(error)) from None
    for fields in words:
        reporter.stage(_courier.Word(0.0, fields))
        result, said = reporter.conclude(fields)
        reporter.report(said, 0.0)
        assert result.outcome


#: Name -> codec.
ADB: dict[str, Codec] = {
    "adb messages": Codec(_messages, _read_messages),
    "adb shell": Codec(_packets, _read_packets),
    "adb smart socket": Codec(_smart, _read_smart),
    "adb sync": Codec(_parts, _read_parts),
    "adb logcat": Codec(_log, _read_log),
    "adb dumpsys": Codec(
        _dumped, lambda octets: list(POLLS.read(octets.decode("utf-8", "replace")))
    ),
    "adb window": Codec(_window, _read_window),
    "adb courier": Codec(_courier_lines, _read_courier),
}
