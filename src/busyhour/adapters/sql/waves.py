"""Which commands of a batch may go to the server together."""

from collections.abc import Iterator, Sequence

from busyhour.core import commands as c
from busyhour.core.model.supervising import SaveSupervised

Touched = set[tuple[str, int | str]]


def waves(batch: Sequence[c.Keep]) -> Iterator[list[c.Keep]]:
    """Cut the batch where a later command touches what an earlier one touched. Within a wave the order does not
    matter, so all commands of one kind go in one round trip: this is where the speed comes from."""
    wave: list[c.Keep] = []
    read: Touched = set()
    written: Touched = set()
    for keep in batch:
        reads, writes = touches(keep)
        if writes & (read | written) or reads & written:
            yield wave
            wave, read, written = [], set(), set()
        wave.append(keep)
        read |= reads
        written |= writes
    if wave:
        yield wave


def touches(keep: c.Keep) -> tuple[Touched, Touched]:
    """What a command reads, and what it writes."""
    match keep:
        case c.PlaceCall(item=item, run_id=run_id):
            return {("run", run_id), ("number", item.number)}, {
                ("call", item.call),
                ("member", item.member_id),
                ("contact", item.contact_id),
            }
        case c.CloseCall(record=record):
            return set(), {("call", record.call), ("member", record.member_id), ("contact", record.contact_id)}
        case c.SaveProgress(call=call) | c.SaveDisposition(call=call) | c.EndReservation(call=call):
            return set(), {("call", call)}
        case c.OptOut(call=call, number=number):
            return set(), {("call", call), ("number", number)}
        case c.ListNumbers(numbers=numbers):
            return set(), {("number", one) for one in numbers}
        case c.SaveRun(run_id=run_id):
            return set(), {("run", run_id)}
        case c.SaveAgentState(agent_id=agent_id):
            return set(), {("agent", agent_id)}
        case c.ReturnItems(member_ids=member_ids):
            return set(), {("member", one) for one in member_ids}
        case c.CloseMember(member_id=member_id):
            return set(), {("member", member_id)}
        case c.SaveReservation(item=item) | c.SkipContact(item=item):
            return set(), {("call", item.call), ("member", item.member_id)}
        case c.SaveLearned(campaign_id=campaign_id):
            return set(), {("learned", campaign_id)}
    return _touches_of_callers(keep)


def _touches_of_callers(keep: c.Keep) -> tuple[Touched, Touched]:
    """A caller, their place and their end are written in this order within a wave (`arrivals.py`), and all of them
    before any dial: so many who come at once go together."""
    match keep:
        case c.SaveArrival(call=call):
            return set(), {("arrival", call)}
        case c.SaveEntry(entry=entry):
            return set(), {("entry", entry.entry)}
        case c.CloseCaller(record=record):
            return set(), {("call", record.call)}
        case c.SaveCallback(callback=callback):
            return set(), {("callback", callback.callback)}
        case c.SaveQueueCounts(queue_id=queue_id, bucket=bucket):
            return set(), {("counts", f"{queue_id} {bucket}")}
        case c.SaveMissed():
            return set(), {("missed", 0)}
        case c.SaveRecording(recording=recording):
            return set(), {("recording", recording.recording)}
        case c.PlaceCallback(call=call, callback=callback, number=number):
            return set(), {("call", call), ("dial", callback), ("number", number)}
    if isinstance(keep, SaveSupervised):  # only ever written on
        return set(), set()
    raise AssertionError(f"a command that the store does not know: {keep!r}")
