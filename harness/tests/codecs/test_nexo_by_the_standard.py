"""nexo by its clauses: headers, devices, conditions, events, and a terminal that is asked oddly."""

import json
from typing import Any

import pytest

from harness.drivers._nexo_devices import reply
from harness.errors import Garbled
from harness.tests.sim.terminal.nexo_stage import WAYS, asked, payment, request, stage
from harness.wire import nexo

# --- the header -----------------------------------------------------------------------------

HEADER = {
    "ProtocolVersion": "3.1", "MessageClass": "Service", "MessageCategory": "Payment",
    "MessageType": "Request", "ServiceID": "0000000001", "SaleID": "TILL-3", "POIID": "P-1",
}  # fmt: skip


@pytest.mark.parametrize("name", ["ProtocolVersion", "ServiceID", "SaleID", "POIID"])
def test_what_of_a_header_may_be_left_out(name: str) -> None:
    """It stays left out in what is written; a version is 3.0 then."""
    plain = {key: value for key, value in HEADER.items() if key != name}

    written = nexo.Header.read(plain).plain()

    assert written == (plain if name != "ProtocolVersion" else {**HEADER, name: "3.0"})


@pytest.mark.parametrize("name", ["MessageCategory", "MessageType"])
def test_what_of_a_header_may_not_be_left_out(name: str) -> None:
    """Nobody knows which body it is."""
    with pytest.raises(Garbled):
        nexo.Header.read({key: value for key, value in HEADER.items() if key != name})


@pytest.mark.parametrize(
    ("kind", "outer", "body"),
    [
        ("Request", "SaleToPOIRequest", "PaymentRequest"),
        ("Response", "SaleToPOIResponse", "PaymentResponse"),
        ("Notification", "SaleToPOIRequest", "PaymentNotification"),
    ],
)
def test_the_envelope_is_named_by_the_type(kind: Any, outer: str, body: str) -> None:
    """A notification travels as a request; the body's name is category and type."""
    plain = nexo.Message(nexo.Header("Payment", kind, "1"), {"a": 1}).plain()

    assert list(plain) == [outer]
    assert plain[outer][body] == {"a": 1}
    assert nexo.read_message(plain).body == {"a": 1}


def test_a_response_has_the_header_of_its_request() -> None:
    """All of it but the type (MessageHeader)."""
    header = nexo.Header.read({**HEADER, "MessageClass": "Device", "DeviceID": "77"})

    assert header.answered().plain() == {
        **HEADER, "MessageClass": "Device", "DeviceID": "77", "MessageType": "Response",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("octets", "whole"),
    [("00000002 7B7D", 1), ("00000002 7B", 0), ("000000", 0), ("00000001 7B 00000001 7D", 2)],
)
def test_four_bytes_of_length_high_byte_first(octets: str, whole: int) -> None:
    """They do not count themselves."""
    assert len(nexo.Deframer().feed(bytes.fromhex(octets))) == whole
    assert nexo.prefixed(b"x" * 258)[:4] == bytes.fromhex("00000102")


# --- codes ----------------------------------------------------------------------------------


def test_conditions_and_events_are_those_of_the_protocol() -> None:
    """ErrorCondition and EventToNotify of 3.1, in the order of the alphabet."""
    assert sorted(nexo.CONDITIONS) == [
        "Aborted", "Busy", "Cancel", "DeviceOut", "InProgress", "InsertedCard", "InvalidCard",
        "LoggedOut", "MessageFormat", "NotAllowed", "NotFound", "PaymentRestriction", "Refusal",
        "UnavailableDevice", "UnavailableService", "UnreachableHost", "WrongPIN",
    ]  # fmt: skip
    assert sorted(nexo.EVENTS) == [
        "Abort", "BeginMaintenance", "CardInserted", "CardRemoved", "Completed",
        "CustomerLanguage", "EndMaintenance", "Initialised", "KeyPressed", "OutOfOrder", "Reject",
        "SaleAdmin", "SaleWakeUp", "SecurityAlarm", "Shutdown", "StopAssistance",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [("Refusal", "declined"), ("WrongPIN", "declined"), ("InProgress", "unknown"),
     ("Busy", "failed"), ("UnreachableHost", "failed"), ("Cancel", "failed")],
)  # fmt: skip
def test_only_the_issuer_declines_and_only_what_runs_is_unknown(
    condition: str, outcome: str
) -> None:
    """A line that is down is no decline."""
    assert nexo.CONDITIONS[condition][0] == outcome


# --- what a terminal wants of the register's devices ----------------------------------------


def device(category: str, **body: Any) -> nexo.Message:
    """A request of the class Device."""
    return nexo.Message(nexo.Header(category, of="Device", device="5", sale="T", poi="P"), body)


SHOWN = {"Device": "CashierDisplay", "InfoQualify": "Status"}
ERROR = {"Device": "CashierDisplay", "InfoQualify": "Error"}
DONE = {"Result": "Success"}


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (device("Display", DisplayOutput=[SHOWN]), {"OutputResult": [{**SHOWN, "Response": DONE}]}),
        (device("Display", DisplayOutput=SHOWN), {"OutputResult": [{**SHOWN, "Response": DONE}]}),
        (device("Display", DisplayOutput=[SHOWN, ERROR]),
         {"OutputResult": [{**SHOWN, "Response": DONE}, {**ERROR, "Response": DONE}]}),
        (device("Display", DisplayOutput=[{**SHOWN, "ResponseRequiredFlag": False}, ERROR]),
         {"OutputResult": [{**ERROR, "Response": DONE}]}),
        (device("Display", DisplayOutput=[{**SHOWN, "ResponseRequiredFlag": False}]), None),
        (device("Display", DisplayOutput=[SHOWN], ResponseRequiredFlag=False), None),
        (device("Print", PrintOutput={"DocumentQualifier": "CustomerReceipt",
                                      "ResponseMode": "PrintEnd"}),
         {"DocumentQualifier": "CustomerReceipt", "Response": DONE}),
        (device("Print", PrintOutput={"DocumentQualifier": "Voucher",
                                      "ResponseMode": "NotRequired"}), None),
        (device("Sound", ResponseMode="SoundEnd", SoundAction="StartSound"), {"Response": DONE}),
        (device("Sound", ResponseMode="NotRequired", SoundAction="StartSound"), None),
        (device("Input", InputData={"InputCommand": "GetConfirmation"}),
         {"Response": {"Result": "Failure", "ErrorCondition": "UnavailableDevice"}}),
        (device("CardReaderInit"),
         {"Response": {"Result": "Failure", "ErrorCondition": "UnavailableDevice"}}),
        (nexo.Message(nexo.Header("Event", "Notification", of="Event")), None),
        (nexo.Message(nexo.Header("Payment", "Response")), None),
        (device("Display", DisplayOutput=7), None),
    ],
)  # fmt: skip
def test_what_a_register_answers_for_its_devices(
    message: nexo.Message, wanted: dict[str, Any] | None
) -> None:
    """One result for each output that wants one; what it has not is no empty yes."""
    answer = reply(message)

    assert (None if answer is None else answer.body) == wanted
    assert answer is None or answer.header == message.header.answered()


# --- what a terminal answers ----------------------------------------------------------------


@pytest.mark.parametrize("word", WAYS)
@pytest.mark.parametrize(
    ("message", "condition"),
    [
        (request("Loyalty", "1"), "UnavailableService"),
        (request("TransactionStatus", "1"), "NotFound"),
        (request("TransactionStatus", "1", MessageReference={"ServiceID": "77"}), "NotFound"),
        (request("TransactionStatus", "1", MessageReference=[]), "NotFound"),
        (request("Reversal", "1"), "NotFound"),
        (request("Admin", "1", ServiceIdentification="Dance"), "UnavailableService"),
        (request("Payment", "1"), "NotAllowed"),
        (request("Payment", "1", PaymentData={"PaymentType": "Lottery"}), "MessageFormat"),
        (request("Payment", "1", PaymentTransaction=[]), "NotAllowed"),
    ],
)
def test_what_a_terminal_cannot_do_it_says(
    word: str, message: nexo.Message, condition: str
) -> None:
    """By the condition for it; nothing is sold."""
    own = stage(word)

    def story() -> Any:
        own.start()
        return asked(own, message)

    answer = own.play(story)

    assert (answer.result, answer.error) == ("Failure", condition)
    assert answer.header == message.header.answered()
    assert own.ledger() == []


def test_an_abort_of_what_does_not_run_is_rejected() -> None:
    """By an event, for an Abort has no response; the payment that follows is not aborted."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        link = own.driver._talk._link
        link.open()
        reference = {"MessageCategory": "Payment", "ServiceID": "0000000041", "SaleID": "TILL-3"}
        link.tell(request("Abort", "0000000040", MessageReference=reference))
        own.clock.sleep(1.0)
        own.driver.attend()
        return asked(own, payment(), "chip")

    assert own.play(story).result == "Success"
    assert [row["code"] for row in own.of("ecr_status")][:1] == ["Reject"]


def test_an_amount_is_in_major_units_with_a_point() -> None:
    """12.5 and 12.50 are one amount; what has more places than its currency is none."""
    for written, minor in (("12.5", 1250), ("12.50", 1250), ("12", 1200), ("0.01", 1)):
        assert nexo.minor(nexo.from_json(f'{{"a":{written}}}'.encode())["a"], 2) == minor
    assert nexo.minor(nexo.from_json(b'{"a":12.345}')["a"], 2) is None
    assert json.loads(nexo.to_json({"a": nexo.amount(1250, 2)})) == {"a": 12.5}
