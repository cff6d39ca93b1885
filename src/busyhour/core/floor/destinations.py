"""Caps of a run on where its calls go: to each prefix so many at once, and so many within a minute (I8).

Numbers whose destination is full are passed over, so that they hold up no others. When nothing else is in the hopper
and the lists have more, they are given back for a while.
"""

from collections.abc import Iterator

from busyhour.core.commands import ReturnItems
from busyhour.core.floor import endings, runs
from busyhour.core.floor.bound import Bound
from busyhour.core.floor.call_live import DialedCall
from busyhour.core.floor.run_live import RunLive
from busyhour.core.floor.state import FloorState
from busyhour.core.life.call import CallState
from busyhour.core.model.campaign import Destination
from busyhour.core.model.pictures import HopperItem

LOOK_MAX = 50  # numbers counted as free to be dialed; as many as intents may wait
NO_LIMIT = 1_000_000
LATER_S = 30.0  # numbers that are given back wait so long, and no more are given back meanwhile
WITHOUT_LINE = (CallState.RESERVED, CallState.ENDED)


# Counting


def note_placed(f: FloorState, run: RunLive, call: DialedCall) -> None:
    """It has a line now."""
    if not run.campaign.destinations:
        return
    bound = note_up(run, call)
    if bound is not None:
        bound.starts_s.append(f.now.mono_s)


def note_up(run: RunLive, call: DialedCall) -> Bound | None:
    destination = run.bounds.destination(call.item.number, run.campaign.destinations)
    call.destination = destination.prefix if destination is not None else None
    if destination is None:
        return None
    bound = run.bounds.to.setdefault(destination.prefix, Bound())
    bound.up += 1
    return bound


def note_over(run: RunLive, call: DialedCall) -> None:
    if call.destination is not None and call.destination in run.bounds.to:
        run.bounds.to[call.destination].up -= 1
        call.destination = None


def begin(f: FloorState, run: RunLive, placed_last_minute: int) -> None:
    """Where the calls of the last minute went is not known to a new engine: at the worst all of them went there."""
    for one in run.campaign.destinations:
        starts = run.bounds.to.setdefault(one.prefix, Bound()).starts_s
        starts.extend([f.now.mono_s] * min(placed_last_minute, one.per_minute_max))


def review(f: FloorState, run: RunLive) -> None:
    """The settings may have changed: count anew what is up."""
    starts = {prefix: bound.starts_s for prefix, bound in run.bounds.to.items()}
    run.bounds.to = {one.prefix: Bound() for one in run.campaign.destinations}
    for prefix, bound in run.bounds.to.items():
        bound.starts_s.extend(starts.get(prefix, ()))
    for name in run.calls:
        call = f.calls[name]
        if call.state not in WITHOUT_LINE:
            note_up(run, call)


# What is left


def left(f: FloorState, run: RunLive, destination: Destination) -> int:
    """How many more calls may go there now."""
    bound = run.bounds.to.setdefault(destination.prefix, Bound())
    at_once = destination.calls_max - bound.up if destination.calls_max else NO_LIMIT
    if not destination.per_minute_max:
        bound.starts_s.clear()
        return at_once
    while bound.starts_s and bound.starts_s[0] + runs.MINUTE_S <= f.now.mono_s:
        bound.starts_s.popleft()
    minute = destination.per_minute_max - len(bound.starts_s)
    if minute <= 0:
        _look_again(f, run, bound.starts_s[0] + runs.MINUTE_S)
    return min(at_once, minute)


def _look_again(f: FloorState, run: RunLive, at_s: float) -> None:
    """Then; when a look is to come before that, it sees to the rest."""
    if not f.now.mono_s < run.bounds.look_s <= at_s:
        run.bounds.look_s = at_s
        f.at(at_s - f.now.mono_s, "destination", str(run.run_id))


def is_open(f: FloorState, run: RunLive, number: str) -> bool:
    """Whether this number may be dialed now, as far as its destination goes."""
    destination = run.bounds.destination(number, run.campaign.destinations)
    return destination is None or left(f, run, destination) > 0


def _free(f: FloorState, run: RunLive) -> Iterator[int]:
    """Places in the hopper of numbers that may be dialed, one after the other."""
    room: dict[str, int] = {}
    bounds, settings = run.bounds, run.campaign.destinations
    for at, item in enumerate(run.hopper):
        destination = bounds.destination(item.number, settings)
        if destination is not None:
            if destination.prefix not in room:
                room[destination.prefix] = left(f, run, destination)
            if room[destination.prefix] <= 0:
                continue
            room[destination.prefix] -= 1
        yield at


def dialable(f: FloorState, run: RunLive, lines: int) -> int:
    """How many numbers of the hopper may be dialed, as far as this goes. No more are counted than there are `lines`
    for, but for one: whether there is any is to be known in any case."""
    if not run.campaign.destinations:
        return NO_LIMIT
    enough = max(1, min(lines, LOOK_MAX))
    found = 0
    for _ in _free(f, run):
        found += 1
        if found >= enough:
            break
    return found


def take(f: FloorState, run: RunLive) -> HopperItem:
    """The next number that may be dialed, out of the hopper. There is one: `dialable` has said so."""
    if not run.campaign.destinations:
        return run.hopper.popleft()
    at = next(_free(f, run))
    item = run.hopper[at]
    del run.hopper[at]
    return item


def make_room(f: FloorState, run: RunLive) -> None:
    """No number in the hopper may be dialed, so all have to wait: let others come, if the lists have any."""
    if not run.campaign.destinations or not run.fresh_left or not run.hopper or run.filling:
        return
    if run.bounds.cleared_s + LATER_S > f.now.mono_s:
        return
    run.bounds.cleared_s = f.now.mono_s
    items, due_utc_s = list(run.hopper), f.now.utc_s + LATER_S
    run.hopper.clear()
    f.do(
        ReturnItems(
            run_id=run.run_id,
            member_ids=tuple(item.member_id for item in items),
            calls=tuple(item.call for item in items),
            due_utc_s=due_utc_s,
        )
    )
    endings.note_due(f, run.run_id, due_utc_s)
    runs.refill(f, run)
