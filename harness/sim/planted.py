"""The terminal's firmware with bugs planted in it, by their names."""

from collections.abc import Iterable

from harness.model.words import find
from harness.sim.terminal.firmware import Firmware


def planted(defects: Iterable[str]) -> type[Firmware]:
    """The firmware, each of these put in over the one before.

    Raises:
        LookupError: There is no such defect or part, or it returns no firmware.
    """
    firmware: type[Firmware] = Firmware
    for name in defects:
        plant = find("harness.sim.defects", name, group="harness.defects", name="plant")
        try:
            made = plant(firmware)
        except Exception as error:  # anybody's code
            told = error.args[0] if isinstance(error, LookupError) else repr(error)
            raise LookupError(f"defect {name!r}: plant(base) failed: {told}") from error
        if not (isinstance(made, type) and issubclass(made, Firmware)):
            raise LookupError(  # noqa: TRY004 - as for all that cannot be planted
                f"defect {name!r}: plant(base) gave {made!r}; it must return the firmware's class:"
                " return base.with_parts(...)"
            )
        firmware = made
    return firmware
