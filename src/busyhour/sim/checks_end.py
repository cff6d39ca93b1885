"""What must hold when all has come to rest, in both directions: ledger against records, counters against a recount."""

from typing import TYPE_CHECKING

from busyhour.core.dialer.compliance.presets import preset_of
from busyhour.core.life.agent import AgentState
from busyhour.core.life.run import RunState
from busyhour.core.model.counts import NOTHING
from busyhour.core.model.pictures import CallRecord
from busyhour.core.model.values import REACHED, EndCause, Heard, Outcome
from busyhour.sim.ledger import Channel, Violation

if TYPE_CHECKING:
    from busyhour.core.floor.machine import Floor
    from busyhour.sim.checks import Checks
    from busyhour.sim.world import World

RECORD_SLACK_S = 1.0
HEARD_MAX_S = 15.0  # an end whose news are lost is found at the next look
TASKS_MAX = 0  # of an engine at rest
AGENDA_MAX = 500  # entries of a floor's agenda at rest, stale ones too

DEADLINES_OF = {
    **dict.fromkeys(
        (
            "ring",
            "listen",
            "wait",
            "join",
            "orphan",
            "music",
            "rejoin",
            "strand",
            "max",
            "gone",
            "look",
            "prompt",
            "opt-out",
        ),
        "call",
    ),
    **dict.fromkeys(("hours", "due", "rate", "minute", "second", "destination", "pace", "forget-run"), "run"),
    **dict.fromkeys(("whisper", "announce", "direct", "record", "record-remind", "park", "consult"), "call"),
    **dict.fromkeys(("entry", "callback"), "entry"),
    **dict.fromkeys(("link", "leg-retry", "acw", "rest", "ear", "take"), "agent"),
    "leg": "leg",
}
"""Whose a floor's deadlines are."""

LIKE: dict[EndCause, tuple[Outcome, ...]] = {
    EndCause.BUSY: (Outcome.BUSY,),
    EndCause.INVALID_NUMBER: (Outcome.INVALID_NUMBER,),
    EndCause.CONGESTION: (Outcome.CONGESTION,),
    EndCause.NO_ANSWER: (Outcome.NO_ANSWER,),
    EndCause.NORMAL: (Outcome.NO_ANSWER, Outcome.CONGESTION),
}
"""What the record of an unanswered call may say, by how it really ended."""


def at_the_end(world: "World", checks: "Checks") -> None:
    _nothing_left_open(world)
    _one_record_for_each_call(world, checks)
    _acknowledged_holds(world, checks)
    checks.callers.at_the_end()
    checks.recordings.at_the_end()
    for tenant in world.store.tenants:
        _run_counters(world, tenant)
        _agents_have_causes(world, tenant)
        _law_counts(world, tenant)
        _nothing_leaked(world, tenant)


def _nothing_left_open(world: "World") -> None:
    for channel in world.pbx.ledger.live.values():
        if channel.number:
            raise Violation(f"I15: {channel.name} is still up")
        floor = world.engines[channel.tenant].floor
        if floor is not None and channel.name not in floor.legs:
            raise Violation(f"I15: nobody knows of the leg {channel.name}")
    for tenant, rows in world.store.tenants.items():
        if rows.open:
            raise Violation(f"I16: attempts without an end: {tenant} {list(rows.open)[:3]}")


def _one_record_for_each_call(world: "World", checks: "Checks") -> None:
    ledger = world.pbx.ledger
    for tenant, rows in world.store.tenants.items():
        for name, attempt in rows.attempts.items():
            if attempt.record is None:
                raise Violation(f"I29: {tenant} {name} has no record")
            if attempt.record is not checks.first_records[name]:
                raise Violation(f"I31: the record of {name} was changed")
            channel = ledger.channels.get(name)
            _opt_out_holds(world, tenant, name, channel)
            if channel is not None:
                _record_is_true(world, channel, attempt.record)
            elif name in ledger.refused and attempt.record.outcome is Outcome.SYSTEM_ERROR:
                continue
            elif attempt.record.outcome not in (Outcome.CANCELLED, Outcome.LOST):
                raise Violation(f"I29: {name} was never sent, and its record says {attempt.record.outcome}")
    for name, channel in ledger.channels.items():
        if (
            channel.number
            and not channel.of_caller
            and not channel.stranger
            and name not in world.store.tenants[channel.tenant].attempts
        ):
            raise Violation(f"I29: {name} was dialed and has no attempt")


def _opt_out_holds(world: "World", tenant: int, name: str, channel: Channel | None) -> None:
    """I6: who pressed the key is on the list, when the news of it cannot have been lost."""
    rows = world.store.tenants[tenant]
    attempt = rows.attempts[name]
    if attempt.opted_out_utc_s is not None and attempt.placed.item.number not in rows.dnc:
        raise Violation(f"I6: {name} says that its callee opted out, and the number is not on the list")
    if channel is None or channel.pressed_s is None or attempt.opted_out_utc_s is not None:
        return
    died = any(began_s >= channel.pressed_s for began_s in world.began_s[tenant])
    if not (died or _may_go_unheard(world) or world.plan.weather.event_late):
        raise Violation(f"I6: the callee of {name} pressed the key, and nobody wrote it down")


def _record_is_true(world: "World", channel: Channel, record: CallRecord) -> None:
    name = channel.name
    assert channel.ended_utc_s is not None
    if record.talk_s < 0 or record.ended_utc_s - record.talk_s < 0:
        raise Violation(f"I30: {name} has a talk time of {record.talk_s}")
    if channel.cause is EndCause.PBX_RESTART:
        if record.outcome in (Outcome.LOST, Outcome.CANCELLED):
            return
    elif abs(record.ended_utc_s - channel.ended_utc_s) > _patience(world):
        off = record.ended_utc_s - channel.ended_utc_s
        raise Violation(f"I30: {name} ended {off:+.1f} s off its record")
    if channel.answered_utc_s is not None:
        _answered_is_true(world, channel, record)
    else:
        _unanswered_is_true(channel, record)


def _answered_is_true(world: "World", channel: Channel, record: CallRecord) -> None:
    name = channel.name
    if record.answered_utc_s is None:
        if channel.cause is not EndCause.PBX_RESTART:
            raise Violation(f"I30: {name} was answered, and its record says {record.outcome}")
        return
    assert channel.answered_s is not None
    assert channel.ended_s is not None
    talked_s = channel.ended_s - channel.answered_s
    if channel.cause is EndCause.PBX_RESTART:
        return
    if abs(record.talk_s - talked_s) > _patience(world) + _clock_doubt_s(world, channel):
        raise Violation(f"I30: {name} lasted {talked_s:.1f} s, and its record says {record.talk_s:.1f}")
    if record.outcome is Outcome.ANSWERING_MACHINE and (channel.heard is not Heard.MACHINE or channel.listening):
        raise Violation(f"I30: {name} counts as a machine, and nobody heard one")
    if record.outcome is Outcome.IVR_COMPLETED and channel.heard_prompt_s is None:
        raise Violation(f"I30: {name} counts as having heard the message, and left in the middle of it")
    if record.outcome is Outcome.IVR_LEFT and channel.pressed_s is None and _end_of_message_is_known(world, channel):
        raise Violation(f"I30: {name} counts as having left the message, and heard all of it")
    if record.outcome is Outcome.HANDLED and channel.joined_s == 0:
        raise Violation(f"I30: {name} counts as handled, and never was with an agent")
    written = world.store.tenants[channel.tenant].attempts[name].joined_utc_s is not None
    known = written or not _may_go_unheard(world)  # else nobody lives to tell
    if record.outcome is Outcome.ABANDONED and known and channel.joined_s > _patience(world):
        raise Violation(f"I30: {name} counts as abandoned, and was with an agent for {channel.joined_s:.1f} s")


def _end_of_message_is_known(world: "World", channel: Channel) -> bool:
    """Whether an engine must have written that this callee heard all of the message. One that dies between its end and
    the hang-up takes the news along; the next one plays it again, and the callee may leave in the middle of that."""
    heard_s = channel.heard_prompt_s
    if heard_s is None or any(began_s >= heard_s for began_s in world.began_s[channel.tenant]):
        return False
    return not (_may_go_unheard(world) or world.plan.weather.event_late)


def _may_go_unheard(world: "World") -> bool:
    """Whether the news of a join may be lost, or with its engine before it is written."""
    weather = world.plan.weather
    deaths = weather.kills_per_h or weather.kill_at_point or weather.pauses_per_h
    losses = weather.event_lost or weather.link_cuts_per_h or weather.silences_per_h or weather.pbx_restarts_per_h
    return bool(deaths or losses or weather.swizzles_per_h or weather.store_outages_per_h or weather.commit_fails)


def _unanswered_is_true(channel: Channel, record: CallRecord) -> None:
    if record.answered_utc_s is not None:
        raise Violation(f"I30: {channel.name} was not answered, and its record says so")
    likely = LIKE.get(channel.cause or EndCause.UNKNOWN)
    if likely is not None and record.outcome not in (*likely, Outcome.LOST, Outcome.CANCELLED):
        raise Violation(f"I30: {channel.name} ended as {channel.cause}, and its record says {record.outcome}")


def _clock_doubt_s(world: "World", channel: Channel) -> float:
    """By how much the clock was set during a call that was written by an engine which cannot have seen all of it: the
    one that had is dead, perhaps with a record that waited for the store, and nobody is left to tell. Also after its
    end, until it was heard of: a link may be down for longer than a look takes."""
    assert channel.answered_s is not None
    assert channel.ended_s is not None
    weather, written_s = world.plan.weather, world.checks.recorded_s[channel.name]
    until_s = max(channel.ended_s + HEARD_MAX_S, written_s)
    seen = not (weather.event_lost or weather.link_cuts_per_h or weather.silences_per_h or weather.pauses_per_h)
    if seen and not any(channel.answered_s <= began_s <= written_s for began_s in world.began_s[channel.tenant]):
        return 0.0
    return sum(abs(by_s) for at_s, by_s in world.jumps if channel.answered_s <= at_s <= until_s)


def _patience(world: "World") -> float:
    """How far a record's end may be off: an end that nobody heard of is known when the PBX is looked at."""
    weather = world.plan.weather
    return RECORD_SLACK_S + (12.0 if weather.event_lost or weather.link_cuts_per_h else weather.event_late_s)


def _acknowledged_holds(world: "World", checks: "Checks") -> None:
    """I33: what an agent was told is saved, is saved."""
    for (tenant, call), words in checks.dispositions.items():
        rows = world.store.tenants[tenant]
        kept = (rows.attempts.get(call) or rows.inbound.callers[call]).disposition
        if kept not in words:
            raise Violation(f"I33: {call} was said to be {words}, and is kept as {kept!r}")


def _run_counters(world: "World", tenant: int) -> None:
    """I34: the counters of a run are what a recount gives, in the store and on the floor."""
    rows, floor = world.store.tenants[tenant], world.engines[tenant].floor
    for run in rows.runs.values():
        if run.state not in (RunState.COMPLETED, RunState.REMOVED):
            raise Violation(f"I44: run {run.run_id} of {tenant} is {run.state}")
        attempts = [a for a in rows.attempts.values() if a.placed.run_id == run.run_id]
        members = [m for m in rows.members.values() if m.run_id == run.run_id]
        finished = sum(member.state == "final" and not member.unused for member in members)
        answered = sum(a.record is not None and a.record.answered_utc_s is not None for a in attempts)
        abandoned = sum(a.record is not None and a.record.outcome is Outcome.ABANDONED for a in attempts)
        recount = (len(attempts), finished, answered, abandoned)
        counted = (run.placed, run.finished, run.answered, run.abandoned)
        if counted != recount:
            raise Violation(f"I34: run {run.run_id} of {tenant} counts {counted}, a recount gives {recount}")
        left = [member.member_id for member in members if member.state != "final"]
        if left and run.state == RunState.COMPLETED:
            raise Violation(f"I44: run {run.run_id} of {tenant} is over, and members {left[:3]} are not")
        live = floor.runs.get(run.run_id) if floor is not None else None
        if live is not None and (live.placed, live.finished, live.answered, live.abandoned) != recount:
            shown = (live.placed, live.finished, live.answered, live.abandoned)
            raise Violation(f"I34: run {run.run_id} of {tenant} shows {shown}, a recount gives {recount}")
        if live is not None and (live.live, live.dialing, live.planned, len(live.waiting)) != (0, 0, 0, 0):
            raise Violation(f"I34: run {run.run_id} of {tenant} counts live calls, and none is")


def _law_counts(world: "World", tenant: int) -> None:
    """I11: the law's counts of each campaign are what a recount of its records gives."""
    rows, floor = world.store.tenants[tenant], world.engines[tenant].floor
    for campaign_id, ledger in floor.ledgers.items() if floor is not None else ():
        total = ledger.since(ledger.known_from_utc_s)
        if total is None:
            continue  # its last run ended before the records were reckoned
        wait_max_s = preset_of(rows.campaigns[campaign_id].compliance.preset).wait_max_s
        records = [a.record for a in rows.attempts.values() if a.placed.campaign_id == campaign_id and a.record]
        answered = [one for one in records if one.answered_utc_s is not None and one.outcome in REACHED]
        _, before = rows.before.get(campaign_id, (0.0, NOTHING))
        abandoned = sum(_counts_as_abandoned(one, wait_max_s) for one in answered)
        recount = len(answered) + before.answered, abandoned + before.abandoned
        machines = sum(one.outcome is Outcome.ANSWERING_MACHINE for one in records if one.answered_utc_s is not None)
        if (total.whole.answered, total.whole.abandoned, total.whole.detected) != (*recount, machines):
            raise Violation(f"I11: campaign {campaign_id} of {tenant} counts {total.whole}, a recount gives {recount}")


def _counts_as_abandoned(record: CallRecord, wait_max_s: float) -> bool:
    assert record.answered_utc_s is not None
    if record.heard is Heard.MACHINE:  # an agent met it, to test the detector
        return False
    if record.joined_utc_s is None:
        return record.outcome is Outcome.ABANDONED
    return record.joined_utc_s - record.answered_utc_s > wait_max_s


def _agents_have_causes(world: "World", tenant: int) -> None:
    """I25: nobody is reserved, talking or wrapping up without a reason."""
    floor = world.engines[tenant].floor
    if floor is None:
        raise Violation(f"I44: the engine of {tenant} is not running")
    for agent in floor.agents.values():
        if agent.state in (AgentState.RESERVED, AgentState.ON_CONTACT, AgentState.ACW):
            raise Violation(f"I25: agent {agent.agent_id} of {tenant} is {agent.state} with nothing going on")
        stored = world.store.tenants[tenant].agents[agent.agent_id]
        if (stored.session_open, stored.pause_reason) != (agent.session_open, agent.pause):
            raise Violation(f"I24: agent {agent.agent_id} of {tenant} is not stored as they are")


def _nothing_leaked(world: "World", tenant: int) -> None:
    """I45, I42: live objects are back to their base."""
    engine = world.engines[tenant]
    floor, counts = engine.floor, engine.statistics()
    assert floor is not None
    if floor.calls or floor.callers or floor.entries.entries:
        left_there = [*floor.calls, *floor.callers, *floor.entries.entries]
        raise Violation(f"I45: calls left on the floor of {tenant}: {left_there[:3]}")
    if counts["tasks"] > TASKS_MAX or counts["records_waiting"]:
        raise Violation(f"I45: left in the engine of {tenant}: {counts}")
    held = {
        "requests": engine._requests._answers,
        "lasting requests": engine._requests._lasting,
        "intents": engine._intended_s,
        "turns": engine._turns.last,
        "readers": engine.live.readers,
    }
    left = {name: len(things) for name, things in held.items() if things}
    if left:
        raise Violation(f"I45: left in the engine of {tenant}: {left}")
    _no_deadline_without_its_thing(floor)
    if any(trunk.up for trunk in floor.trunks.values()):
        raise Violation(f"I45: lines of {tenant} count as up")
    if floor.consults or floor.parties or floor.parked:
        raise Violation(f"I45: left in {tenant}: {[*floor.consults, *floor.parties, *floor.parked.values()][:3]}")
    if any(agent.call is not None for agent in floor.agents.values()):
        raise Violation(f"I45: a reservation of {tenant} is left")
    if world.store.tenants[tenant].reservations:
        raise Violation(f"I45: a stored reservation of {tenant} is left")
    if len(floor._agenda) > AGENDA_MAX:
        raise Violation(f"I42: {len(floor._agenda)} entries on the agenda of {tenant}")


def _no_deadline_without_its_thing(floor: "Floor") -> None:
    """I45: no timer is left for what is gone."""
    names = {
        "call": {*floor.calls, *floor.callers},
        "entry": set(floor.entries.entries),
        "leg": set(floor.legs),
        "run": {str(run_id) for run_id in floor.runs},
        "agent": {str(agent_id) for agent_id in floor.agents},
    }
    for kind, name in floor._due:
        of = DEADLINES_OF.get(kind, "")
        if of and name not in names[of]:
            raise Violation(f"I45: {kind!r} of {name} is still to come, and it is gone")
