"""Where the terminal's hosts are in the simulated internet: the acquirer's two, and the store."""

from harness.sim.acquirer import Acquirer
from harness.sim.internet import Internet
from harness.sim.update_store import UpdateStore

HOST = ("host.hil.test", 5000)
SECURE_HOST = (HOST[0], 5001)  # the same, over TLS
SECOND_HOST = ("host2.hil.test", HOST[1])  # the secondary one, of the same books
SECURE_SECOND_HOST = (SECOND_HOST[0], SECURE_HOST[1])
STORE = ("updates.hil.test", 80)
SECURE_STORE = (STORE[0], 443)


def places(*, tls: bool) -> tuple[tuple[str, int], tuple[str, int]]:
    """The host and the store of a terminal that speaks TLS, or does not."""
    return (SECURE_HOST, SECURE_STORE) if tls else (HOST, STORE)


def put_up(internet: Internet, acquirer: Acquirer, store: UpdateStore) -> None:
    """Let each be reached where it is, for as long as its door is open."""
    internet.serve(*HOST, acquirer.outlets["iso8583"])
    internet.serve(*SECURE_HOST, acquirer.outlets["tls"])
    internet.serve(*STORE, store.outlets["http"])
    internet.serve(*SECURE_STORE, store.outlets["https"])
    internet.serve(*SECOND_HOST, acquirer.outlets["second/iso8583"])
    internet.serve(*SECURE_SECOND_HOST, acquirer.outlets["second/tls"])
    for place in (HOST, SECURE_HOST):
        internet.guard(*place, acquirer.knock)
    for place in (SECOND_HOST, SECURE_SECOND_HOST):
        internet.guard(*place, acquirer.fronts["second"].knock)
