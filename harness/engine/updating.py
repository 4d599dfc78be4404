"""How an update reaches the terminal: it is asked to look, is handed the image, or looks itself."""

from typing import TYPE_CHECKING, Any

from harness.errors import BenchError, BrokenOff
from harness.model.roles import SaleResult
from harness.model.updates import Image, Pushable, Shelf, Updatable, Updates

if TYPE_CHECKING:
    from harness.engine.play import Run


def begin(run: "Run", image: str) -> None:
    """Offer an image, and see to it that the terminal gets it; the rest goes on beside the steps.

    What lies on a shelf is handed over; else a terminal that can be asked to look is asked; one
    that cannot looks by itself, as the rig's file says.
    """
    store = run.cast.playing(Updates)
    store.offer(image)
    if run.cast.plays(Shelf):
        handed = of_shelf(run.cast.playing(Shelf), image)
        taker = run.cast.playing(Pushable)
        run.recorder.clock.spawn(f"handing over {image}", lambda: _hand_over(run, taker, handed))
    elif run.cast.plays(Updatable):
        run.cast.playing(Updatable).start_update()


def of_shelf(shelf: Any, name: str) -> Image:
    """An image as it is handed over; raises BenchError."""
    return Image(name, shelf.image_size(name), lambda at, most: shelf.read_image(name, at, most))


def _hand_over(run: "Run", taker: Any, image: Image) -> None:
    try:
        result = taker.push_update(image)
    except BrokenOff as error:  # nobody waits for its end
        result = SaleResult("unknown", text=str(error))
    except BenchError as error:
        run.recorder.trouble(error)
        return
    run.recorder.say(
        "handed_over", image=image.name, outcome=result.outcome, cause=result.cause or None,
        code=result.code or None, text=result.text or None,
    )  # fmt: skip
