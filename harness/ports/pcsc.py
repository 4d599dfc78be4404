"""``pcsc://<reader>``: the card in a PC/SC reader; a write is a command, a chunk its answer.

Source: PC/SC part 5, pcsc-lite's API (SCardConnect, SCardTransmit, SCardGetStatusChange). Quirk: a
transmission to a card that says nothing may block for ever, whatever the reader's driver promises;
so each runs in a thread of its own, which is left behind when nobody waits for it any more.
pyscard, an extra (``terminal-harness[pcsc]``), is imported when a reader is opened.
"""

import importlib
import threading
from types import ModuleType

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import BufferedPort

SCHEME = "pcsc://"
OPENS_WITHIN = 5.0  # s
SUCCESS = 0
STATUS_WORD = 2  # bytes, the least an answer has (ISO/IEC 7816-4, 5.1)


class PcscPort(BufferedPort):
    """One reader, found by the begin of its name.

    Attributes:
        reader: Its whole name, once it was opened.
        atr: What the card answered to the reset that opened the port.
    """

    def __init__(self, clock: Clock, address: str) -> None:
        super().__init__(clock, address)
        self._lost = "not open"
        self._wanted = address.removeprefix(SCHEME)
        self._card: tuple[int, int] | None = None  # (handle, protocol)
        self._held: int | None = None  # the context that it is connected in
        self._busy = False
        self.reader, self.atr = "", b""

    def open(self) -> None:
        """Power the card and reset it; raises PortLost for no reader, no card, or a bad one."""
        if self._lost is None:
            return
        self._let_go()
        said: list[str | tuple[int, int, bytes]] = []
        self._beside(lambda: said.append(self._connect()))
        if not self.arrived.wait_for(lambda: bool(said), self.clock.now() + OPENS_WITHIN):
            raise PortLost(f"{self.address}: the reader does not power its card")
        if isinstance(said[0], str):
            raise PortLost(f"{self.address}: {said[0]}")
        handle, protocol, self.atr = said[0]
        self._card, self._lost, self._busy = (handle, protocol), None, False
        self._chunks.clear()

    def write(self, data: bytes) -> None:
        self.check_alive()
        if self._busy:
            raise PortLost(f"{self.address}: a command is under way")
        self._busy, card = True, self._card
        self._beside(lambda: self._transmit(data, card))

    def close(self) -> None:
        """Let go of the card; of one that is silent only by leaving it behind."""
        card, self._card = self._card, None
        self.put_lost("closed here")
        if card is not None and not self._busy:
            _library().SCardDisconnect(card[0], _library().SCARD_UNPOWER_CARD)
            self._let_go()

    def _let_go(self) -> None:
        context, self._held = self._held, None
        if context is not None:
            _library().SCardReleaseContext(context)

    def look(self) -> tuple[bool, bytes]:
        """(whether a card is in the reader, its ATR), without touching it; raises PortLost."""
        lib, context = _library(), self._context()
        try:
            name = self._found(context)
            code, states = lib.SCardGetStatusChange(context, 0, [(name, lib.SCARD_STATE_UNAWARE)])
        finally:  # a daemon has room for few of them
            lib.SCardReleaseContext(context)
        if code != SUCCESS:
            raise PortLost(f"{self.address}: {lib.SCardGetErrorMessage(code)}")
        _, state, atr = states[0]
        return bool(state & lib.SCARD_STATE_PRESENT), bytes(atr)

    # --- in a thread of its own -----------------------------------------------------------------

    def _beside(self, work: object) -> None:
        def run() -> None:
            work()  # type: ignore[operator]
            self.arrived.notify()

        threading.Thread(target=run, name=f"card in {self.address}", daemon=True).start()

    def _connect(self) -> str | tuple[int, int, bytes]:
        try:
            lib, context = _library(), self._context()
            self._held = context
            self.reader = self._found(context)
        except PortLost as error:
            return str(error)
        both = lib.SCARD_PROTOCOL_T0 | lib.SCARD_PROTOCOL_T1
        code, card, protocol = lib.SCardConnect(context, self.reader, lib.SCARD_SHARE_SHARED, both)
        if code != SUCCESS:
            return str(lib.SCardGetErrorMessage(code))
        code, _, _, _, atr = lib.SCardStatus(card)
        return str(lib.SCardGetErrorMessage(code)) if code != SUCCESS else (
            card, protocol, bytes(atr)
        )  # fmt: skip

    def _transmit(self, data: bytes, card: tuple[int, int] | None) -> None:
        lib = _library()
        if card is None:
            return
        pci = lib.SCARD_PCI_T0 if card[1] == lib.SCARD_PROTOCOL_T0 else lib.SCARD_PCI_T1
        code, answer = lib.SCardTransmit(card[0], pci, list(data))
        if self._card is not card:  # nobody waits for it any more; the next card's is another
            return
        self._busy = False
        if code != SUCCESS:
            self.put_lost(str(lib.SCardGetErrorMessage(code)))
        elif len(answer) < STATUS_WORD:  # vpcd calls that a success, of a card that was pulled
            self.put_lost("an answer without a status word: the card is gone")
        else:
            self.put_arrived(bytes(answer))

    def _context(self) -> int:
        lib = _library()
        code, context = lib.SCardEstablishContext(lib.SCARD_SCOPE_USER)
        if code != SUCCESS:
            raise PortLost(f"no PC/SC service: {lib.SCardGetErrorMessage(code)}")
        return int(context)

    def _found(self, context: int) -> str:
        code, readers = _library().SCardListReaders(context, [])
        names = [str(name) for name in readers] if code == SUCCESS else []
        meant = [name for name in names if name.startswith(self._wanted)]
        if len(meant) == 1 or self._wanted in meant:
            return self._wanted if self._wanted in meant else meant[0]
        why = "several readers begin with" if meant else "no reader"
        raise PortLost(f"{why} {self._wanted!r}; there are: {', '.join(names) or 'none'}")


def _library() -> ModuleType:
    try:
        return importlib.import_module("smartcard.scard")
    except ImportError as error:
        raise PortLost("pyscard is not installed: pip install terminal-harness[pcsc]") from error
