"""What the network does to a modem: refusals, back-off, releases, two cards, texts."""

from itertools import pairwise
from typing import Any

import pytest

from harness.errors import PortLost
from harness.links.carrier import Carrier
from harness.links.link import Link
from harness.model.network import Exhaustion
from harness.model.units import Seconds
from harness.sim.modems.messages import Message
from harness.sim.sim_tray import Sim, SimTray, read_sim
from harness.tests.sim.modems.stage import Stage, on_stage

TAKEN = '+CEREG: 1,"DE10","5F1EA15",7'


def refused(cause: int, **how: Any) -> Exhaustion:
    """A plan that ends with a detach and this EMM cause."""
    return Exhaustion("detach", cause=cause, **how)


def stat(stage: Stage) -> list[str]:
    """What +CEREG? says, n=3."""
    stage.hear(0.1)
    return [line for line in stage.say("AT+CEREG?") if line.startswith("+CEREG: 3")]


@pytest.mark.parametrize("cause", [3, 6, 7, 8])
def test_a_card_that_counts_as_invalid_is_tried_again_after_power_only(cause: int) -> None:
    """TS 24.301, 5.5.1.2.5: until it is switched off or the card is taken out."""

    def story(stage: Stage) -> list[list[str]]:
        stage.ready()
        stage.link.carrier.set_exhaustion(refused(cause))
        stage.link.carrier.set_left(0)
        stage.clock.sleep(8)
        stage.link.carrier.top_up(1_000_000)
        stage.clock.sleep(300)
        seen = [stat(stage)]
        stage.say("AT+CFUN=4", 3)
        stage.say("AT+CFUN=1", 20)
        seen.append(stat(stage))
        stage.say("AT+COPS=2", 3)
        seen.append(stage.say("AT+COPS=0", 70)[-1:])
        stage.modem.power(on=False)
        stage.modem.power(on=True)
        stage.ready()
        return [*seen, stat(stage)]

    denied = [f"+CEREG: 3,3,,,,0,{cause}"]
    assert on_stage(story, "le910c1", data_left=1_000_000) == [
        denied, denied, [f"+CME ERROR: {100 + cause}"], [TAKEN.replace(" ", " 3,")],
    ]  # fmt: skip


def test_another_card_ends_what_the_first_was_refused() -> None:
    """And so does the same card, put back."""

    def story(stage: Stage) -> tuple[list[str], list[str]]:
        stage.ready()
        stage.link.carrier.set_subscription("not_activated")
        stage.clock.sleep(10)
        denied = stat(stage)
        stage.tray.put("1", read_sim("second", Carrier()))
        stage.clock.sleep(10)
        return denied, stat(stage)

    denied, taken = on_stage(story, "le910c1")

    assert denied == ["+CEREG: 3,3,,,,0,8"]
    assert taken == [TAKEN.replace(" ", " 3,")]


@pytest.mark.parametrize("cause", [11, 14])
def test_a_forbidden_network_is_left_alone_until_somebody_chooses_anew(cause: int) -> None:
    """+COPS=2 and +COPS=0, or the radio."""

    def story(stage: Stage) -> list[list[str]]:
        stage.ready()
        stage.link.carrier.set_exhaustion(refused(cause))
        stage.link.carrier.set_left(0)
        stage.clock.sleep(8)
        stage.link.carrier.top_up(1_000_000)
        stage.clock.sleep(300)
        still = stat(stage)
        stage.say("AT+COPS=2", 3)
        stage.say("AT+COPS=0", 20)
        return [still, stat(stage)]

    assert on_stage(story, data_left=1_000_000) == [
        [f"+CEREG: 3,3,,,,0,{cause}"], [TAKEN.replace(" ", " 3,")],
    ]  # fmt: skip


@pytest.mark.parametrize("cause", [12, 13, 15])
def test_a_forbidden_area_is_searched_again(cause: int) -> None:
    """Denied with the cause, tried every 30 s or so."""

    def story(stage: Stage) -> list[list[str]]:
        stage.ready()
        stage.link.carrier.set_exhaustion(refused(cause))
        stage.link.carrier.set_left(0)
        stage.clock.sleep(8)
        denied = stat(stage)
        stage.link.carrier.top_up(1_000_000)
        stage.clock.sleep(40)
        return [denied, stat(stage)]

    assert on_stage(story, data_left=1_000_000) == [
        [f"+CEREG: 3,3,,,,0,{cause}"], [TAKEN.replace(" ", " 3,")],
    ]  # fmt: skip


@pytest.mark.parametrize("cause", [17, 19, 22])
def test_after_a_failure_of_the_network_it_goes_on_trying_ever_more_seldom(cause: int) -> None:
    """T3411 four times, then T3402: searching, not denied."""

    def story(stage: Stage) -> tuple[list[str], list[float]]:
        stage.ready()
        tried: list[float] = []
        account = stage.link.carrier
        ask = account.attach_refusal

        def asked() -> int | None:
            if not stage.modem.registration.registered:
                tried.append(stage.clock.now())
            return ask()

        account.attach_refusal = asked  # type: ignore[method-assign] # to count the attempts
        account.set_exhaustion(refused(cause))
        account.set_left(0)
        stage.clock.sleep(30)
        searching = stat(stage)
        stage.clock.sleep(2000)
        times = sorted(set(tried))
        return searching, [b - a for a, b in pairwise(times)]

    searching, gaps = on_stage(story, data_left=1_000_000)

    assert searching == [f"+CEREG: 3,2,,,,0,{cause}"]
    assert gaps[:3] == [10, 10, 10]
    assert gaps[4:] == [720] * len(gaps[4:])
    assert len(gaps) >= 5


def test_t3346_forbids_attaching_and_only_power_or_another_card_ends_it() -> None:
    """#22 with a timer: no attempt meanwhile, not even after the radio was off."""

    def story(stage: Stage) -> list[bool]:
        account = stage.link.carrier
        stage.ready()
        account.set_exhaustion(refused(22, again="back_off", back_off=Seconds(600)))
        account.set_left(0)
        stage.clock.sleep(8)
        account.top_up(1_000_000)
        stage.clock.sleep(300)
        seen = [stage.modem.registration.registered]
        stage.say("AT+CFUN=4", 3)
        stage.say("AT+CFUN=1", 30)
        seen.append(stage.modem.registration.registered)
        stage.clock.sleep(300)
        return [*seen, stage.modem.registration.registered]

    assert on_stage(story, data_left=1_000_000) == [False, False, True]


@pytest.mark.parametrize(("model", "local", "after_power"), [("ec25", 30, 0), ("bg95", 126, 126)])
def test_t3396_refuses_locally_per_access_point(model: str, local: int, after_power: int) -> None:
    """During it the network is not asked; another APN is free; Cat M keeps it over power."""

    def said(stage: Stage) -> int:
        last = stage.say("AT+CGACT=1,1", 3)[-1]
        return int(last.rpartition(" ")[2]) if "ERROR" in last else 0

    def story(stage: Stage) -> list[int]:
        account = stage.link.carrier
        stage.ready()
        ends = Exhaustion("deactivate", cause=26, again="back_off", back_off=Seconds(3600))
        account.set_exhaustion(ends)
        account.set_left(0)
        stage.clock.sleep(3)
        account.top_up(1_000_000)
        seen = [said(stage)]
        stage.say('AT+CGDCONT=1,"IP","other"')
        seen.append(said(stage))
        stage.say('AT+CGDCONT=1,"IP","internet"')
        stage.modem.reset()
        stage.clock.sleep(40)
        stage.say("ATE0;+CMEE=1")
        seen.append(said(stage))
        stage.clock.sleep(3600)
        return [*seen, said(stage)]

    assert on_stage(story, model, data_left=1_000_000) == [local, 0, after_power, 0]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("cgev", ["+CGEV: NW PDN DEACT 1"]), ("vendor", ['+QIURC: "pdpdeact",1']), ("none", []),
        ("both", ["+CGEV: NW PDN DEACT 1", '+QIURC: "pdpdeact",1']),
    ],
)  # fmt: skip
def test_a_released_bearer_is_told_as_the_carrier_has_it(event: Any, told: list[str]) -> None:
    """By the standard's event, the maker's, both, or not at all."""

    def story(stage: Stage) -> tuple[list[str], bool]:
        stage.ready()
        stage.say("AT+CNMI=2,0")
        stage.link.carrier.set_exhaustion(Exhaustion("deactivate", event=event))
        stage.link.carrier.set_left(0)
        return stage.say("AT", 2)[1:], stage.modem.bearer_up

    assert on_stage(story, data_left=1_000_000) == (told, False)


@pytest.mark.parametrize("mode", ["deactivate", "detach"])
def test_accepted_but_dead(mode: Any) -> None:
    """A new try works, and nothing passes over it."""

    def story(stage: Stage) -> tuple[str, bool, str]:
        stage.ready()
        stage.link.carrier.set_exhaustion(Exhaustion(mode, again="dead"))
        stage.link.carrier.set_left(0)
        gone = stage.hear(6)
        stage.say("AT+CGACT=1,1", 10)
        return gone, stage.modem.bearer_up, stage.link.carrier.refusal(100)

    gone, up, why = on_stage(story, data_left=1_000_000)

    assert ("NW PDN DEACT 1" if mode == "deactivate" else "NW DETACH") in gone
    assert up
    assert why == "plan"


@pytest.mark.parametrize(
    ("needs", "enough"), [("bearer", "CGACT"), ("radio", "CFUN"), ("power", "reset")]
)
def test_a_topped_up_plan_may_need_a_new_bearer_the_radio_or_power(needs: Any, enough: str) -> None:
    """What is less does not do."""

    def tried(stage: Stage, what: str) -> str:
        if what == "CGACT":
            stage.say("AT+CGACT=0,1", 2)
            stage.say("AT+CGACT=1,1", 5)
        elif what == "CFUN":
            stage.say("AT+CFUN=4", 3)
            stage.say("AT+CFUN=1", 15)
        else:
            stage.modem.reset()
            stage.clock.sleep(30)
        return stage.link.carrier.refusal(100)

    def story(stage: Stage) -> list[str]:
        stage.ready()
        stage.modem.personality["quirks"]["last_pdn_may_go"] = True
        stage.link.carrier.set_exhaustion(Exhaustion("drop", needs=needs))
        stage.link.carrier.set_left(0)
        stage.link.carrier.top_up(1_000_000)
        return [tried(stage, what) for what in ("CGACT", "CFUN", "reset")]

    came_to = on_stage(story, data_left=1_000_000)

    first = ("CGACT", "CFUN", "reset").index(enough)
    assert came_to == ["plan"] * first + [""] * (3 - first)


@pytest.mark.parametrize(
    ("model", "sign_in"),
    [
        ("ec25", 'AT+QICSGP=1,1,"shop","till","secret",1'),
        ("sara_r510", 'AT+CGDCONT=1,"IP","shop";+UAUTHREQ=1,1,"till","secret"'),
        ("sim7600e", 'AT+CGDCONT=1,"IP","shop";+CGAUTH=1,1,"secret","till"'),
        ("generic", 'AT+CGDCONT=1,"IP","shop";+CGAUTH=1,1,"till","secret"'),
        ("le910c1", 'AT+CGDCONT=1,"IP","shop";#PDPAUTH=1,1,"till","secret"'),
    ],
)
def test_a_wrong_access_point_or_user_is_refused_with_its_cause(model: str, sign_in: str) -> None:
    """#27 unknown APN, #29 user authentication: +CME ERROR: 127, 129."""

    def story(stage: Stage) -> list[str]:
        stage.ready()
        stage.link.carrier.set_access(apn="shop", user="till")
        stage.clock.sleep(3)
        seen = [stage.say("AT+CGACT=1,1", 3)[-1]]
        stage.say('AT+CGDCONT=1,"IP","shop"')
        seen.append(stage.say("AT+CGACT=1,1", 3)[-1])
        stage.say(sign_in)
        return [*seen, stage.say("AT+CGACT=1,1", 3)[-1]]

    assert on_stage(story, model) == ["+CME ERROR: 127", "+CME ERROR: 129", "OK"]


def test_the_second_slot_is_another_subscriber_of_another_network() -> None:
    """+QDSIM=1: its card is read, its network camped on, its account charged; and back."""

    def story(stage: Stage) -> list[Any]:
        stage.ready()
        spare = stage.tray.slots["2"]
        assert spare is not None
        spare.account.set_left(50_000)
        stage.link.carrier.set_subscription("expired")
        stage.clock.sleep(8)
        stage.say("AT+QDSIM=1", 12)
        seen = stage.say("AT+CIMI;+QDSIM?;+COPS=3,2;+COPS?;+CEREG?")
        stage.internet.serve("10.0.0.9", 443, lambda _: None)
        stage.modem.connect("10.0.0.9", 443, until=stage.clock.now() + 20)
        used = 50_000 - (spare.account.left or 0)
        stage.link.carrier.set_subscription("active")
        stage.say("AT+QDSIM=0", 12)
        stage.say("AT+QDSIM=0")  # it is in use already: nothing is read anew
        return [seen, used, stage.say("AT+CIMI")[0], stage.modem.bearer_up]

    seen, used, back, up = on_stage(story, data_left=100_000)

    assert seen == [
        "001020987654321", "+QDSIM: 1", '+COPS: 0,2,"00102",7', '+CEREG: 3,1,"2B67","69F6BC7",7',
        "OK",
    ]  # fmt: skip
    assert used == 40 + 40 + 40  # SYN, SYN-ACK, ACK
    assert back == "001010123456789"
    assert up


def test_a_card_that_wants_its_pin_gets_it_or_its_puk() -> None:
    """Tries are counted on the card: they outlast power."""

    def tray(link: Link) -> SimTray:
        return SimTray({"1": read_sim("locked", link.carrier)})

    def story(stage: Stage) -> list[list[str]]:
        stage.hear(9)
        stage.say("ATE0;+CMEE=1")
        asked = [stage.say("AT+CPIN?;+CIMI"), stage.say('AT+CPIN="0000"')]
        stage.say('AT+CPIN="0001"')
        stage.modem.reset()
        stage.hear(12)
        stage.say("ATE0;+CMEE=1")
        asked += [stage.say("AT+QPINC?")[:1], stage.say('AT+CPIN="0002"'), stage.say("AT+CPIN?")]
        asked += [stage.say('AT+CPIN="12345678","4321"')[:1]]
        stage.clock.sleep(5)
        return [*asked, stage.say("AT+CEREG?")[-2:]]

    asked = on_stage(story, tray=tray)

    assert asked == [
        ["+CPIN: SIM PIN", "+CME ERROR: 11"],
        ["+CME ERROR: 16"],
        ['+QPINC: "SC",1,10'],
        ["+CPIN: SIM PIN", "+CME ERROR: 12"],
        ["+CPIN: SIM PUK", "OK"],
        ["+CPIN: READY"],
        ["+CEREG: 0,1", "OK"],
    ]


def test_a_guest_is_told_by_stat_5() -> None:
    """And its carrier is told that it is abroad."""

    def tray(link: Link) -> SimTray:
        return SimTray({"1": read_sim("roamer", link.carrier)})

    def story(stage: Stage) -> tuple[list[str], bool]:
        stage.ready()
        return stat(stage), stage.link.carrier.roaming

    assert on_stage(story, tray=tray) == (['+CEREG: 3,5,"DE10","5F1EA15",7'], True)


def test_a_new_cell_after_a_long_time_without() -> None:
    """As at the end of a tunnel; a short gap keeps the cell."""

    def story(stage: Stage) -> list[list[str]]:
        stage.ready()
        seen = []
        for gap in (20, 60):
            stage.radio.attenuate(60)
            stage.clock.sleep(gap)
            stage.radio.attenuate(0)
            stage.clock.sleep(10)
            seen.append(stat(stage))
        return seen

    assert on_stage(story) == [
        ['+CEREG: 3,1,"DE10","5F1EA15",7'], ['+CEREG: 3,1,"DE10","5F1EB15",7'],
    ]  # fmt: skip


# --- texts and USSD ---


def first(stage: Stage) -> Sim:
    """The card in slot 1."""
    card = stage.tray.slots["1"]
    assert card is not None
    return card


def test_texts_wait_until_the_modem_is_there() -> None:
    """Sent while it was off: fetched at the registration, reported, listed."""

    def story(stage: Stage) -> tuple[list[str], list[str]]:
        stage.ready()
        stage.say("AT+CMGF=1")
        stage.say("AT+CFUN=4", 3)
        stage.link.carrier.set_left(100_000)
        quiet = stage.say("AT", 3)
        stage.say("AT+CFUN=1", 10)
        return quiet, stage.say('AT+CMGL="ALL"')

    quiet, listed = on_stage(story, data_left=1_000_000)

    assert quiet == ["OK"]
    assert listed[0].startswith('+CMGL: 1,"REC UNREAD","Harness",,"26/03/02,08:00')
    assert listed[1].startswith("You have used 80 % of your data plan.")


def test_a_full_store_loses_texts_and_keeps_no_new_one() -> None:
    """Reported where that was asked for; +CMGW says +CMS ERROR: 322."""

    def story(stage: Stage) -> tuple[list[str], str, int]:
        stage.ready()
        stage.say('AT+QINDCFG="smsfull",1;+CMGF=1')
        store = stage.modem.messages
        for _ in range(store.places):
            store.keep(Message("A", "x", stage.modem.now()))
        stage.link.carrier.set_left(100_000)
        lost = stage.say("AT")
        stage.port.write(b'AT+CMGW="123"\r')
        stage.hear(0.5)
        stage.port.write(b"kept\x1a")
        return lost, stage.hear(1), store.missed

    lost, kept, missed = on_stage(story, data_left=1_000_000)

    assert '+QIND: "smsfull","ME"' in lost
    assert not any("+CMTI" in line for line in lost)
    assert kept == "\r\n+CMS ERROR: 322\r\n"
    assert missed == 1


def test_a_long_text_comes_in_parts_each_reported() -> None:
    """Two +CMTI, two PDUs with one reference."""

    def story(stage: Stage) -> tuple[list[str], list[str]]:
        stage.ready()
        for hear in list(first(stage).account.on_notice):
            hear("x" * 200)
        return stage.say("AT"), stage.say("AT+CMGL=4")

    told, listed = on_stage(story)

    assert sorted(told) == ['+CMTI: "ME",1', '+CMTI: "ME",2', "OK"]
    assert [line for line in listed if line.startswith("0044")]
    assert "050003010201" in listed[1]
    assert "050003010202" in listed[3]


def test_a_text_that_gsm_cannot_spell_is_shown_in_hex() -> None:
    """Text mode, character set GSM."""

    def story(stage: Stage) -> list[str]:
        stage.ready()
        for hear in list(first(stage).account.on_notice):
            hear("Ж")
        return stage.say("AT+CMGF=1;+CMGR=1")

    assert on_stage(story)[-2:] == ["0416", "OK"]


@pytest.mark.parametrize(
    ("model", "answer"),
    [
        ("ec25", '+CUSD: 0,"Your data plan is unlimited.",15'),
        ("sim7600e", f'+CUSD: 0,"{"Your data plan is unlimited.".encode("utf-16-be").hex()}",72'),
    ],
)
def test_a_balance_is_asked_by_ussd(model: str, answer: str) -> None:
    """After OK, unasked; some firmware has it as UCS2 in hex."""

    def story(stage: Stage) -> list[str]:
        stage.ready()
        return stage.say('AT+CUSD=1,"*101#",15', 5) + stage.say('AT+CUSD=1,"*999#",15', 5)

    ok, told, *unknown = on_stage(story, model)

    assert ok == "OK"
    assert told.lower() == answer.lower()
    assert unknown == ["OK", "+CUSD: 4"]


# --- ports ---


def test_a_usb_port_goes_away_with_a_restart_and_comes_back() -> None:
    """Lost with the last answer read; connections are refused; then a fresh port with echo on."""

    def story(stage: Stage) -> tuple[str, list[bool], list[str]]:
        stage.ready()
        usb = stage.open("at1")
        stage.say("ATE0", port=usb)
        usb.write(b"AT+CFUN=1,1\r")
        last = usb.read(stage.clock.now() + 5)
        with pytest.raises(PortLost):
            usb.read(stage.clock.now() + 5)
        there = []
        for _ in range(6):
            try:
                stage.open("at1").close()
                there.append(True)
            except PortLost:
                there.append(False)
            stage.clock.sleep(1)
        stage.clock.sleep(4)
        again = stage.say("AT", port=stage.open("at1"))
        return last.data.decode() if last else "", there, again

    last, there, again = on_stage(story)

    assert last == "\r\nOK\r\n"
    assert there == [False, False, False, False, True, True]
    assert again == ["AT", "OK"]


def test_the_uart_stays_and_is_deaf() -> None:
    """The same connection goes on after the restart."""

    def story(stage: Stage) -> tuple[list[str], list[str]]:
        stage.ready()
        stage.modem.reset()
        return stage.say("AT", 3), stage.say("AT", 12)[-2:]

    deaf, after = on_stage(story)

    assert deaf == []
    assert after == ["+QIND: SMS DONE", "+QIND: PB DONE"]


def test_the_first_line_after_a_boot_is_noise_until_the_bit_rate_is_found() -> None:
    """At a UART with +IPR=0; a USB port has no bit rate."""

    def story(stage: Stage) -> list[list[str]]:
        stage.hear(15)
        usb = stage.open("at1")
        return [stage.say("AT"), stage.say("AT"), stage.say("AT", port=usb)]

    assert on_stage(story, "a7670") == [[], ["AT", "OK"], ["AT", "OK"]]


def test_u_blox_tells_19_after_flight_mode() -> None:
    """+CFUN? after +CFUN=4; +CFUN=16 restarts it."""

    def story(stage: Stage) -> list[list[str]]:
        stage.ready()
        seen = [stage.say("AT+CFUN=4", 2)[-1:], stage.say("AT+CFUN?")[:1]]
        seen.append(stage.say("AT+CFUN=16", 20)[:2])
        return seen

    assert on_stage(story, "sara_r510") == [["OK"], ["+CFUN: 19,0"], ["OK", "+AT: READY"]]
