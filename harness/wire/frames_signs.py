"""Frames acknowledged by single signs: ACK and NAK alone, or between ENQ and EOT.

Source: ISO 1745, basic mode control procedures: 2 (transmission control characters), 3 (phases).
"""

from typing import Literal

from harness.wire.frames import Frame
from harness.wire.frames_line import Delivered, Event, Failed, Heard, Line

PATIENCE = 2.5


class Acknowledged(Line):
    """Each frame is taken by ACK, and sent again after NAK or silence."""

    _body: bytes | None = None

    def go_on(self) -> None:
        if self._body is None and self._queue:
            self._body, self._tries, self._last = self._queue.popleft(), 0, None
            self._try("not acknowledged")

    def _try(self, why: str) -> None:
        assert self._body is not None  # noqa: S101 - there is one on its way
        if self._tries > self._hand.repeats:
            self._finish(Failed(why, sent=True))
            return
        self._tries += 1
        self.put(self._body)
        self.wait()

    def _finish(self, event: Event) -> None:
        self._body = None
        self.stop_waiting()
        self.tell(event)
        self.go_on()

    def on_answer(self) -> None:
        """The acknowledgement is late."""
        self._try("not acknowledged")

    def on_sign(self, word: str) -> None:
        if self._body is not None:
            self._finish(Delivered()) if word == "ack" else self._try("refused (NAK)")

    def on_frame(self, frame: Frame) -> None:
        self.sign("ack")
        if not self.is_repeated(frame):
            self.tell(Heard(frame.body))

    def on_broken(self) -> None:
        self.sign("nak")


class Enquired(Line):
    """ENQ asks, ACK allows; then a frame and its ACK; EOT ends. In turn, both ways."""

    _state: Literal["idle", "asking", "sending", "hearing"] = "idle"
    _why = ""

    def go_on(self) -> None:
        if self._state == "idle" and self._queue:
            self._state, self._tries, self._why = "asking", 0, "nobody answers (ENQ)"
            self._again()

    def enquire(self, now: float) -> None:
        self._now = now
        self._queue.append(b"")
        self.go_on()

    @property
    def hearing(self) -> bool:
        return self._state == "hearing"

    def _again(self) -> None:
        """Enquire or send once more, or give up."""
        sent = self._state == "sending"
        if self._tries > self._hand.repeats:
            self._queue.popleft()
            self.sign("eot")
            self._rest()
            self.tell(Failed(self._why, sent=sent))
            self.go_on()
            return
        self._tries += 1
        if sent:
            self.put(self._queue[0])
        else:
            self.sign("enq")
        self.wait()

    def _rest(self) -> None:
        self._state = "idle"
        self.stop_waiting()

    def on_answer(self) -> None:
        """Silence: who heard waits no longer, who sends tries again."""
        if self._state == "hearing":
            self._rest()
            self.go_on()
        elif self._state != "idle":
            self._again()

    def is_refusal(self, word: str) -> bool:
        """NAK to ENQ is who is busy, not who cannot read."""
        return super().is_refusal(word) and self._state == "sending"

    def on_sign(self, word: str) -> None:
        act = getattr(self, f"_on_{word}", None)
        if act is not None:
            act()

    def _on_ack(self) -> None:
        if self._state == "asking" and not self._queue[0]:
            self._delivered()  # only the question whether anybody is there
            self.sign("eot")
            self.go_on()
        elif self._state == "asking":
            self._state, self._tries, self._last = "sending", 0, None
            self._why = "not acknowledged"
            self._again()
        elif self._state == "sending":
            self._delivered()
            self.sign("eot")
            self.go_on()

    def _delivered(self) -> None:
        self._queue.popleft()
        self._rest()
        self.tell(Delivered())

    def _on_nak(self) -> None:
        if self._state == "asking":
            self._why = "busy (NAK to ENQ)"  # asked again when the time for an answer is over
        elif self._state == "sending":
            self._why = "refused (NAK)"
            self._again()

    def _on_enq(self) -> None:
        if self.busy:
            self.sign("nak")
            return
        if self._state == "asking" and not self._register:
            return  # the register gives way
        if self._state == "sending":  # its ACK was lost, or it would not speak already
            self._delivered()
        self._state = "hearing"
        self.sign("ack")
        self._listen()

    def _on_eot(self) -> None:
        if self._state == "hearing":
            self._rest()
            self.go_on()

    def on_frame(self, frame: Frame) -> None:
        if self._state != "hearing":
            return
        self.sign("ack")
        self._listen()
        if not self.is_repeated(frame):
            self.tell(Heard(frame.body))

    def on_broken(self) -> None:
        if self._state == "hearing":
            self.sign("nak")
            self._listen()

    def _listen(self) -> None:
        """Longer than the sender waits, or its repetition would meet nobody."""
        self.wait(seconds=PATIENCE * self._hand.answer)
