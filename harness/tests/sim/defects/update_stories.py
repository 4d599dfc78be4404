"""Stories of updates, one for each planted bug of theirs; true: harm was done."""

from harness.sim.terminal.settings import copies
from harness.tests.sim.defects.acts import Story, begin, outage
from harness.tests.sim.terminal.stage import Stage


def offer(stage: Stage, image: str) -> None:
    """An image is offered, and the terminal asked to look."""
    stage.offer(image)
    stage.register.start_update()


def told(stage: Stage, phase: str, within: float = 120.0, percent: int = 0) -> bool:
    """Whether a phase is told in time, and how far it is."""

    def there() -> bool:
        rows = stage.of("update", phase=phase)
        return any(row.get("percent", 100) >= percent for row in rows)

    return stage.until(there, within)


def version(stage: Stage) -> str:
    """Which version started last."""
    return str(stage.of("boot")[-1]["version"])


def cut_while_installing(stage: Stage) -> bool:
    """U-1: half an image must not be started."""
    begin(stage)
    offer(stage, "newer")
    assert told(stage, "installing", percent=50)
    outage(stage)
    stage.clock.sleep(20.0)
    return bool(stage.of("boot", reason="watchdog"))


def crashing_version(stage: Stage) -> bool:
    """U-5: a version that crashes at each start."""
    begin(stage)
    offer(stage, "crashing")
    return not told(stage, "rolled_back", 90.0)


def runs(image: str) -> Story:
    """U-3: an image that must not run."""

    def story(stage: Stage) -> bool:
        begin(stage)
        installed = version(stage)
        offer(stage, image)
        stage.clock.sleep(30.0)
        return any(row["version"] != installed for row in stage.of("boot"))

    return story


def link_lost_for_a_moment(stage: Stage) -> bool:
    """U-2: a download that broke off comes to its end."""
    begin(stage)
    offer(stage, "newer")
    assert told(stage, "downloading", percent=40)
    stage.link.set_outage(on=True)
    stage.clock.sleep(20.0)
    stage.link.set_outage(on=False)
    return not told(stage, "done", 90.0)


def newer_version(stage: Stage) -> bool:
    """A newer version is offered, and nothing goes wrong."""
    begin(stage)
    installed = version(stage)
    offer(stage, "newer")
    told(stage, "first_boot", 40.0)
    return version(stage) == installed


def cut_while_downloading(stage: Stage) -> bool:
    """U-1: what has arrived is not fetched again."""
    begin(stage)
    offer(stage, "newer")
    assert told(stage, "downloading", percent=60)
    outage(stage)
    assert told(stage, "verifying")
    return not any(row["percent"] >= 40 for row in stage.of("update", phase="resumed"))


def cut_after_refusal(stage: Stage) -> bool:
    """U-3: the old version is still there."""
    begin(stage)
    offer(stage, "wrong_key")
    assert told(stage, "refused")
    outage(stage)
    stage.clock.sleep(5.0)
    return bool(stage.of("update", phase="recovering"))


def put_off_and_well_again(stage: Stage) -> bool:
    """U-6: the supply is low when an update is offered, and well again a minute later."""
    begin(stage)
    stage.power(4.3)
    stage.clock.sleep(2.0)
    offer(stage, "newer")
    assert told(stage, "deferred")
    stage.clock.sleep(60.0)
    stage.power()
    return not told(stage, "done", 300.0)


def offered_on_low_supply(stage: Stage) -> bool:
    """U-6: not before the supply carries it to its end."""
    begin(stage)
    stage.power(4.3)
    stage.clock.sleep(1.0)
    offer(stage, "newer")
    stage.clock.sleep(20.0)
    return bool(stage.of("update", phase="downloading"))


def another_after_given_up(stage: Stage) -> bool:
    """U-2: half of one version, then another one."""
    begin(stage)
    offer(stage, "newer")
    assert told(stage, "downloading", percent=40)
    stage.link.set_outage(on=True)
    assert told(stage, "failed", 400.0)
    stage.link.set_outage(on=False)
    assert stage.ready(200.0)
    offer(stage, "newest")
    return not told(stage, "done", 60.0)


def cut_while_set(stage: Stage) -> bool:
    """U-4: settings are the old or the new ones, also when the power goes as they are stored."""
    begin(stage)

    def cut() -> None:
        held = [stage.terminal.flash.peek(name) or b"" for name in copies("configuration")]
        if sorted(b"heartbeat" in one for one in held if one) == [False, True]:
            stage.power(0.0)  # what is complete is being written over what is not

    stage.terminal.on_program = cut
    offer(stage, "configuration")
    stage.clock.sleep(5.0)
    stage.power()
    told(stage, "done", 60.0)
    stage.clock.sleep(1.0)
    said = [row["text"].partition("cfg: ")[2] for row in stage.of("line")]
    return any("version=2.0" in text and "heartbeat=120" not in text for text in said)


def cut_while_fetching(stage: Stage) -> bool:
    """U-1: which version starts after a cut, by its own word."""
    begin(stage)
    installed = version(stage)
    offer(stage, "newer")
    assert told(stage, "downloading", percent=40)
    outage(stage)
    assert stage.until(lambda: len(stage.of("boot")) > 1, 60.0)
    return version(stage) != installed


def strangers_image_for_recovery(stage: Stage) -> bool:
    """U-3: nothing is left to start, and the store has a stranger's image."""
    begin(stage)
    stage.offer("wrong_key")
    for slot in ("slot.a", "slot.b"):
        stage.terminal.flash.erase(slot)
    outage(stage)
    stage.clock.sleep(120.0)
    return bool(stage.of("update", phase="installing"))


def supply_falls_while_fetching(stage: Stage) -> bool:
    """U-6: the supply is low when an image has arrived."""
    begin(stage)
    offer(stage, "newer")
    assert told(stage, "downloading", percent=50)
    stage.power(4.3)
    stage.clock.sleep(60.0)
    return bool(stage.of("update", phase="installing"))


def cut_in_a_second_update(stage: Stage) -> bool:
    """U-1: two updates, and a cut while the second one is installed."""
    begin(stage)
    offer(stage, "newer")
    assert told(stage, "done")
    before = len(stage.of("update", phase="installing"))
    offer(stage, "newest")
    assert stage.until(lambda: len(stage.of("update", phase="installing")) > before + 8, 120.0)
    outage(stage)
    stage.clock.sleep(30.0)
    return bool(stage.of("update", phase="recovering"))


def cut_after_update(stage: Stage) -> bool:
    """An update is done; then a cut."""
    begin(stage)
    stage.offer("newer")
    stage.register.start_update()
    assert stage.until(lambda: bool(stage.of("update", phase="done")), 300.0)
    installed = stage.of("boot")[-1]["version"]
    stage.power(0.0)
    stage.clock.sleep(3.0)
    stage.power()
    stage.clock.sleep(30.0)
    return bool(stage.of("boot")[-1]["version"] != installed)


UPDATE: dict[str, Story] = {
    "update_starts_as_wanted": cut_while_fetching,
    "update_writes_one_slot": cut_in_a_second_update,
    "recovery_takes_anything": strangers_image_for_recovery,
    "update_supply_asked_once": supply_falls_while_fetching,
    "update_settings_half": cut_while_set,
    "update_flag_before_image": cut_while_installing,
    "update_no_boot_counter": crashing_version,
    "update_payload_unchecked": runs("corrupt"),
    "update_resume_appends_twice": link_lost_for_a_moment,
    "update_versions_as_text": newer_version,
    "update_starts_over": cut_while_downloading,
    "update_deletes_old_first": cut_after_refusal,
    "update_tells_old_version": newer_version,
    "update_on_low_supply": offered_on_low_supply,
    "update_deferred_forgotten": put_off_and_well_again,
    "update_mixes_images": another_after_given_up,
    "update_believes_announced": runs("older"),
    "old_image_after_cut": cut_after_update,
    "update_accepts_older": runs("older"),
    "update_commit_before_verify": runs("corrupt"),
}
