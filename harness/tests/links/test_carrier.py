"""The account: what becomes of packets, attaches and bearers when its plan ends or is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.links import names
from harness.links.carrier import Carrier
from harness.links.endings import PORTAL
from harness.links.flow import Flow
from harness.model.network import Congested, Exhaustion
from harness.model.units import BitRate, Bytes, Seconds

HOST = Flow("tcp", "host.hil.test", 5001)
WEB = Flow("tcp", "news.test", 80)
ASK = Flow("udp", "10.0.0.53", 53)


def ended(**how: Any) -> Carrier:
    """An account with nothing left."""
    return Carrier(0, how=Exhaustion(**how))


@given(st.integers(0, 5000), st.lists(st.integers(40, 1400), max_size=20), st.integers(0, 3000))
def test_no_byte_more_than_the_plan_and_its_overrun_passes(
    left: int, sizes: list[int], overrun: int
) -> None:
    """What passed is never more, and after the end nothing passes."""
    carrier = Carrier(left, how=Exhaustion(overrun=Bytes(overrun)))
    passed = 0
    for size in sizes:
        was_exhausted = carrier.exhausted
        why = carrier.refusal(size)
        assert not (was_exhausted and why == "")
        passed += 0 if why else size

    assert passed <= left + overrun
    assert carrier.left == max(0, left - passed) or carrier.exhausted


def test_a_packet_that_does_not_fit_ends_the_plan_and_a_top_up_opens_it() -> None:
    """Each step is told once."""
    carrier = Carrier(100)
    told: list[str] = []
    carrier.on_plan.append(lambda: told.append(carrier.state))

    assert carrier.refusal(80) == ""
    assert carrier.refusal(80) == "plan"
    assert carrier.refusal(80) == "plan"
    carrier.top_up(500)
    assert carrier.refusal(80) == ""

    assert told == ["exhausted", "open"]
    assert carrier.left == 420


def test_the_packet_that_uses_up_the_last_byte_passes_and_ends_the_plan() -> None:
    """And that is told at once, not with the next packet."""
    carrier = Carrier(160)
    told: list[str] = []
    carrier.on_plan.append(lambda: told.append(carrier.state))

    assert [carrier.refusal(80) for _ in range(3)] == ["", "", "plan"]

    assert told == ["exhausted"]


@pytest.mark.parametrize(("overrun", "passed"), [(0, 1), (59, 1), (60, 2), (139, 2), (140, 3)])
def test_what_is_let_through_late_is_counted_to_the_byte(overrun: int, passed: int) -> None:
    """100 bytes left, packets of 80: what does not fit into the overrun ends the plan."""
    carrier = Carrier(100, how=Exhaustion(overrun=Bytes(overrun)))

    assert [carrier.refusal(80) for _ in range(4)].count("") == passed
    assert carrier.exhausted
    assert carrier.left == 0


def test_with_an_overrun_nothing_left_is_not_yet_the_end() -> None:
    """The account says zero, and the plan is open until the rest has passed as well."""
    carrier = Carrier(1000, how=Exhaustion(overrun=Bytes(100)))

    carrier.set_left(0)
    assert (carrier.left, carrier.state) == (0, "open")
    assert carrier.refusal(60) == ""
    assert carrier.refusal(60) == "plan"
    assert carrier.state == "exhausted"

    carrier.set_left(0)
    assert carrier.state == "exhausted"
    carrier.top_up(1000)
    carrier.set_left(0)
    assert carrier.state == "open"


def test_warnings_come_at_80_95_and_100_per_cent_once_a_period() -> None:
    """By SMS, with the balance; a top-up begins a new period."""
    carrier = Carrier(1000)
    texts: list[str] = []
    carrier.on_notice.append(texts.append)

    for _ in range(9):
        carrier.refusal(100)
    assert [text[:15] for text in texts] == ["You have used 8"]
    carrier.refusal(60)
    carrier.refusal(200)
    assert [text.split()[3] for text in texts] == ["80", "95", "100"]

    carrier.top_up(1000)
    carrier.set_left(150)
    assert [text.split()[3] for text in texts] == ["80", "95", "100", "80"]


def test_of_several_marks_passed_at_once_the_last_is_told() -> None:
    """One message, not three."""
    carrier = Carrier(1000)
    seen: list[tuple[str, Any]] = []
    carrier.on_event.append(lambda event, fields: seen.append((event, fields)))

    carrier.set_left(20)

    text = "You have used 95 % of your data plan. 0.02 kB of 1.00 kB left."
    assert seen == [("notice", {"text": text})]


def test_the_balance_says_zero_only_for_nothing() -> None:
    """A small rest is told in kB."""
    carrier = Carrier(5_000_000)
    assert carrier.balance() == "5.00 MB of 5.00 MB left."
    carrier.set_left(2_000)
    assert carrier.balance() == "2.00 kB of 5.00 MB left."
    carrier.set_left(1)
    assert carrier.balance().startswith("0.01 kB")
    carrier.set_left(0)
    assert carrier.balance().startswith("0.00 MB")
    carrier.set_left(None)
    assert "unlimited" in carrier.balance()
    carrier.set_subscription("not_activated")
    assert "not activated" in carrier.balance()


def in_time(story: Callable[[CooperativeClock], None]) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(clock))


def test_a_top_up_is_known_to_the_network_later() -> None:
    """Until then the plan stays ended and the balance says so."""

    def story(clock: CooperativeClock) -> None:
        carrier = Carrier(0, clock=clock, how=Exhaustion(delay=Seconds(600)))
        carrier.top_up(1000)
        clock.sleep(599)
        assert carrier.refusal(40) == "plan"
        assert carrier.balance().startswith("0.00")
        clock.sleep(2)
        assert carrier.refusal(40) == ""
        assert carrier.left == 960

    in_time(story)


def test_what_is_set_takes_the_place_of_what_was_bought() -> None:
    """A top-up under way does not come on top."""

    def story(clock: CooperativeClock) -> None:
        carrier = Carrier(0, clock=clock, how=Exhaustion(delay=Seconds(10)))
        carrier.top_up(1000)
        carrier.set_left(50)
        clock.sleep(20)
        assert carrier.left == 50

    in_time(story)


#: How -> fates of a packet to the host, to the web, of a query, to an allowed host, to the portal.
FATES: list[tuple[dict[str, Any], tuple[str, str, str, str, str]]] = [
    ({}, ("drop", "drop", "drop", "drop", "drop")),
    ({"icmp": True}, ("prohibited",) * 5),
    ({"mode": "reset"}, ("reset",) * 5),
    ({"mode": "throttle"}, ("pass",) * 5),
    ({"mode": "restrict"}, ("drop", "drop", "pass", "pass", "pass")),
    ({"mode": "redirect"}, ("divert", "divert", "pass", "pass", "pass")),
    ({"mode": "redirect", "tls": "reset"}, ("reset", "divert", "pass", "pass", "pass")),
    ({"mode": "redirect", "tls": "drop"}, ("drop", "divert", "pass", "pass", "pass")),
    ({"mode": "deactivate"}, ("drop",) * 5),
    ({"mode": "detach"}, ("drop",) * 5),
    ({"mode": "roam_block"}, ("pass",) * 5),
]


@pytest.mark.parametrize(("how", "fates"), FATES)
def test_each_mode_has_its_own_fate_for_each_kind_of_packet(
    how: dict[str, Any], fates: tuple[str, ...]
) -> None:
    """All are charged to nobody, and the reason of what does not pass is the plan."""
    carrier = ended(**how, allow=("*.friend.test", "192.0.2.0/24"))
    flows = (
        HOST,
        WEB,
        ASK,
        Flow("tcp", "pay.friend.test", 5001),
        Flow("tcp", PORTAL[1], 443),
    )

    rulings = [carrier.rule(100, flow) for flow in flows]

    assert tuple(ruling.fate for ruling in rulings) == fates
    assert all(ruling.why == ("" if ruling.fate == "pass" else "plan") for ruling in rulings)
    assert carrier.left == 0


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("192.0.2.7", True),
        ("192.0.3.7", False),
        ("pay.friend.test", True),
        ("PAY.Friend.test", True),
        ("friend.test", False),
        ("notfriend.test", False),
        ("top-up.test", True),
        ("", False),
    ],
)
def test_a_white_list_has_names_addresses_and_networks(host: str, *, reached: bool) -> None:
    """And nothing that only looks alike."""
    allow = ("192.0.2.0/24", "*.friend.test", "top-up.test")

    assert ended(mode="restrict", allow=allow).allows(host) is reached


def test_what_is_no_tcp_is_not_redirected() -> None:
    """A walled garden discards it."""
    carrier = ended(mode="redirect")

    assert carrier.fate(Flow("udp", "time.test", 123)).fate == "drop"
    assert carrier.fate(Flow("tcp", "mail.test", 25)).fate == "drop"
    assert carrier.fate(None).fate == "drop"


def test_roaming_alone_is_blocked() -> None:
    """At home the same plan goes on."""
    carrier = ended(mode="roam_block")
    assert carrier.rule(100, HOST).fate == "pass"

    carrier.roaming = True

    assert carrier.rule(100, HOST).fate == "drop"


def test_throttling_caps_both_ways_from_the_end_of_the_plan_on() -> None:
    """And a top-up lifts it."""
    how = Exhaustion("throttle", down=BitRate(64_000), up=BitRate(32_000), queue=Bytes(9000))
    carrier = Carrier(100, how=how)
    assert carrier.cap(up=True) is None

    carrier.refusal(200)
    assert carrier.cap(up=True) == (32_000, 9000)
    assert carrier.cap(up=False) == (64_000, 9000)

    carrier.top_up(1000)
    assert carrier.cap(up=True) is None


@pytest.mark.parametrize("mode", ["deactivate", "detach"])
def test_the_network_takes_the_bearer_away_once(mode: Any) -> None:
    """When the plan ends, and not with every packet or change after that."""
    carrier = Carrier(100, how=Exhaustion(mode))
    released: list[str] = []
    carrier.on_release.append(lambda: released.append(carrier.state))

    carrier.refusal(200)
    carrier.refusal(200)
    carrier.set_left(0)
    assert released == ["exhausted"]

    carrier.set_left(100)
    carrier.set_left(0)
    assert released == ["exhausted"] * 2


def test_a_plan_that_has_ended_already_ends_anew_in_another_mode() -> None:
    """A bearer that was left alone is taken away then."""
    carrier = ended()
    released: list[str] = []
    carrier.on_release.append(lambda: released.append(carrier.mode))

    carrier.set_exhaustion(Exhaustion("deactivate"))

    assert released == ["deactivate"]


@pytest.mark.parametrize(
    ("how", "emm", "esm", "back_off"),
    [
        ({}, None, 0, 0),
        ({"mode": "deactivate"}, None, 33, 0),
        ({"mode": "deactivate", "cause": 26, "again": "back_off", "back_off": 720}, None, 26, 720),
        ({"mode": "deactivate", "again": "dead"}, None, 0, 0),
        ({"mode": "detach"}, 15, 0, 0),
        ({"mode": "detach", "cause": 22, "again": "back_off", "back_off": 60}, 22, 0, 60),
        ({"mode": "detach", "again": "dead"}, None, 0, 0),
    ],
)
def test_what_a_device_is_refused_when_it_tries_again(
    how: dict[str, Any], emm: int | None, esm: int, back_off: float
) -> None:
    """By its cause; accepted but dead is no refusal, and nothing passes either."""
    carrier = ended(**how)

    assert (carrier.attach_refusal(), carrier.bearer_refusal("internet")) == (emm, esm)
    assert carrier.back_off == back_off
    assert carrier.rule(40, HOST).fate == "drop"

    carrier.top_up(1000)
    assert (carrier.attach_refusal(), carrier.bearer_refusal("internet")) == (None, 0)


@pytest.mark.parametrize(
    ("needs", "enough"),
    [
        ("bearer", ("bearer", "radio", "power")),
        ("radio", ("radio", "power")),
        ("power", ("power",)),
    ],
)
@pytest.mark.parametrize("mode", ["drop", "deactivate", "detach", "throttle", "redirect"])
def test_a_topped_up_plan_works_again_only_after_what_it_needs(
    mode: Any, needs: Any, enough: tuple[str, ...]
) -> None:
    """What was done before the top-up does not count; what does more than needed does."""
    for did in ("bearer", "radio", "power"):
        carrier = ended(mode=mode, needs=needs)
        told: list[str] = []
        before = (carrier.fate(HOST), carrier.attach_refusal(), carrier.bearer_refusal())
        carrier.device_did("power")
        carrier.top_up(1000)
        carrier.on_plan.append(lambda: told.append(carrier.needs))  # noqa: B023 - called here
        still = (carrier.fate(HOST), carrier.attach_refusal(), carrier.bearer_refusal())
        assert still == before
        assert carrier.needs == needs

        carrier.device_did(did)

        works = carrier.rule(100, HOST).why == "" and carrier.cap(up=True) is None
        assert works == (did in enough)
        assert told == (["nothing"] if did in enough else [])
        assert carrier.left == (900 if works else 1000)


@pytest.mark.parametrize(
    ("state", "emm", "esm"),
    [
        ("active", None, 0),
        ("expired", 15, 0),
        ("not_activated", 8, 0),
        ("suspended", None, 0),
        ("barred", None, 8),
    ],
)
def test_each_subscription_is_refused_in_its_own_way(state: Any, emm: int | None, esm: int) -> None:
    """Nothing passes but for the active one, and nothing is charged."""
    carrier = Carrier(1000)
    released: list[int] = []
    carrier.on_release.append(lambda: released.append(1))

    carrier.set_subscription(state)

    assert (carrier.attach_refusal(), carrier.bearer_refusal()) == (emm, esm)
    assert bool(released) == bool(esm)
    assert carrier.refusal(100) == ("" if state == "active" else state)
    assert carrier.left == (900 if state == "active" else 1000)


@pytest.mark.parametrize(
    ("access", "apn", "user", "cause"),
    [
        ({}, "anything", "anybody", 0),
        ({"apn": "pos.test"}, "pos.test", "", 0),
        ({"apn": "pos.test"}, "POS.test", "", 0),
        ({"apn": "pos.test"}, "", "", 0),
        ({"apn": "pos.test"}, "internet", "", 27),
        ({"user": "pos"}, "internet", "pos", 0),
        ({"user": "pos"}, "internet", "", 29),
        ({"apn": "pos.test", "user": "pos"}, "internet", "", 27),
    ],
)
def test_a_wrong_access_point_and_a_wrong_user_have_their_own_causes(
    access: dict[str, str], apn: str, user: str, cause: int
) -> None:
    """27 and 29; a bearer there is has to be asked for anew."""
    carrier = Carrier()
    released: list[int] = []
    carrier.on_release.append(lambda: released.append(1))

    carrier.set_access(**access)

    assert carrier.bearer_refusal(apn, user) == cause
    assert bool(released) == bool(access)
    carrier.set_access()
    assert carrier.bearer_refusal(apn, user) == 0


@pytest.mark.parametrize(("what", "emm", "esm"), [("attach", 22, 0), ("bearer", None, 26)])
def test_a_network_without_room_turns_good_subscribers_away(
    what: Congested, emm: int | None, esm: int
) -> None:
    """Causes 22 and 26, told once; the account is as good as before, and room is room."""
    carrier = Carrier()
    told: list[tuple[str, Any]] = []
    carrier.on_event.append(lambda event, fields: told.append((event, fields["what"])))
    carrier.on_congestion.append(lambda: told.append(("look", carrier.congested)))
    carrier.on_release.append(lambda: told.append(("release", what)))

    carrier.set_congestion(what)
    carrier.set_congestion(what)

    released = [("release", what)] if esm else []
    assert told == [("congestion", what), ("look", what), *released, *released]
    assert (carrier.attach_refusal(), carrier.bearer_refusal("internet")) == (emm, esm)
    assert (carrier.subscription, carrier.rule(100, HOST).fate) == ("active", "pass")
    carrier.set_congestion("nothing")
    assert (carrier.attach_refusal(), carrier.bearer_refusal("internet")) == (None, 0)


STEPS = st.one_of(
    st.tuples(st.just("packet"), st.integers(28, 1500)),
    st.tuples(st.just("left"), st.none() | st.integers(0, 5000)),
    st.tuples(st.just("buy"), st.integers(1, 5000)),
    st.tuples(st.just("how"), st.sampled_from([row[0] for row in FATES])),
    st.tuples(st.just("needs"), st.sampled_from(["nothing", "bearer", "radio", "power"])),
    st.tuples(st.just("overrun"), st.integers(0, 3000)),
    st.tuples(st.just("did"), st.sampled_from(["bearer", "radio", "power"])),
    st.tuples(
        st.just("state"),
        st.sampled_from(["active", "expired", "not_activated", "suspended", "barred"]),
    ),
)


@given(st.lists(STEPS, max_size=30))
def test_whatever_happens_to_an_account_its_answers_agree(steps: list[tuple[str, Any]]) -> None:
    """What passes is charged; what is open refuses nothing; a bearer refused carries nothing."""
    carrier = Carrier(2000)
    for word, value in steps:
        _take(carrier, word, value)

        open_ = not carrier.exhausted and carrier.needs == "nothing"
        fate = carrier.fate(HOST).fate
        refused = carrier.attach_refusal() is not None or carrier.bearer_refusal() != 0
        assert carrier.left is None or carrier.left >= 0
        assert not (carrier.left is None and carrier.exhausted)
        if carrier.subscription == "active" and open_:
            assert (fate, refused, carrier.cap(up=True)) == ("pass", False, None)
        if refused or carrier.subscription != "active":
            assert fate == "drop"


def _take(carrier: Carrier, word: str, value: Any) -> None:
    if word == "packet":
        before, was_open = carrier.left, not carrier.exhausted and carrier.needs == "nothing"
        ruling = carrier.rule(value, HOST)
        charged = (before or 0) - (carrier.left or 0)
        assert charged <= value
        if ruling.fate == "pass" and was_open and before is not None and before >= value:
            assert charged == value
    elif word in ("how", "needs", "overrun"):
        changes = value if word == "how" else {word: value}
        carrier.set_exhaustion(replace(carrier.how, **changes))
    else:
        acts: dict[str, Callable[[Any], None]] = {
            "left": carrier.set_left, "buy": carrier.top_up, "did": carrier.device_did,
            "state": carrier.set_subscription,
        }  # fmt: skip
        acts[word](value)


def test_a_card_number_in_a_name_is_not_told() -> None:
    """A name service hears a lot."""
    carrier = Carrier()
    told: list[Any] = []
    carrier.on_event.append(lambda _event, fields: told.append(fields["host"]))

    carrier.resolve(names.question("6212345678901265.pay.test", 1), {})

    assert told == ["621234***1265.pay.test"]


def test_starting_over_owes_nothing() -> None:
    """Whatever was asked of the account."""
    carrier = ended(mode="detach", needs="power")
    carrier.set_access(apn="elsewhere")
    carrier.set_names("refused")
    carrier.set_subscription("barred")
    carrier.set_congestion("attach")

    carrier.start_over(500, Exhaustion(), "active")

    assert carrier.rule(100, HOST).fate == "pass"
    assert (carrier.attach_refusal(), carrier.bearer_refusal("internet")) == (None, 0)
    assert (carrier.left, carrier.needs, carrier.names) == (400, "nothing", "answer")
