"""Joint rules: run after every event, to a fixed point.

Each looks at two kinds of things at once (calls and agents, runs and trunks), so that no event rule has to remember
to look for work, and nothing is found by polling.
"""

from collections.abc import Container, Iterable
from itertools import groupby
from math import inf

from busyhour.core.acd.choice import CallPlace, QueuedPlace, queued_place
from busyhour.core.commands import Join, PlaceCall
from busyhour.core.dialer.pacing import Pace
from busyhour.core.dialer.template import expand
from busyhour.core.floor import (
    accompanied,
    agents,
    calls,
    destinations,
    law,
    listening,
    offers,
    pacing,
    preview,
    queues,
    recording,
    runs,
    supervising,
)
from busyhour.core.floor.call_live import DialedCall
from busyhour.core.floor.run_live import RunLive, TrunkLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.call import CallCause, CallState
from busyhour.core.life.run import RunState
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.values import Audited, DialMode, LegMode

RUNNING, MANUAL, PREVIEW = RunState.RUNNING, DialMode.MANUAL, DialMode.PREVIEW  # read at each event
ROUNDS_MAX = 10_000  # a fixed point not found by then is a bug of ours
TALK_MAX_S = 4 * 3600.0  # the PBX's own limit of a call whose campaign has none
LIMIT_LATER_S = 5.0  # the PBX's limit comes after ours: it is for a dead engine


def settle(f: FloorState) -> None:
    """Apply all joint rules until nothing changes any more."""
    for _ in range(ROUNDS_MAX):
        if f.supervisions:
            supervising.settle(f)
        if f.dirty_agents:
            settle_agents(f)
        if f.unsettled:
            recording.settle(f)
        if (f.dirty_runs or f.takes_callers) and assign(f):  # who waits anew, or is free anew, makes runs dirty
            continue
        if not f.dirty_runs:
            if f.entries.counted:
                queues.keep_counts(f)
            return
        dirty, f.dirty_runs = f.dirty_runs, {}
        for run_id in dirty:
            if run_id in f.runs:
                runs.settle_run(f, f.runs[run_id])
        start_calls(f, dirty)
    raise AssertionError("the joint rules found no fixed point")


def settle_agents(f: FloorState) -> None:
    touched = list(f.dirty_agents)
    f.settle_agents()
    if not f.telephony_up:
        return
    for agent_id in touched:
        agent = f.agents.get(agent_id)
        if agent is not None and agents.wants_leg(f, agent):
            agents.raise_leg(f, agent)
    f.settle_agents()


# Calls to agents


def assign(f: FloorState) -> bool:
    """Give answered calls to available agents: the most urgent and longest waiting first, to the longest idle."""
    if not f.telephony_up:
        return False
    assigned = False
    while f.idle:
        call, place = next_call(f), f.entries.routing.next_place() if f.takes_callers else None
        if call is None and place is None:
            break
        if call is not None and (place is None or _place(f, call) <= place):
            agent_id = f.idle.first(call.run_id)
            assert agent_id is not None
            offer(f, call, f.agents[agent_id])
        else:
            pairing = f.entries.routing.next_pairing()
            assert pairing is not None
            offers.offer(f, pairing)
        assigned = True
    return assigned


def _place(f: FloorState, call: DialedCall) -> QueuedPlace:
    """Where an answered callee stands among callers: by their campaign's priority, and since when they wait."""
    priority = f.runs[call.run_id].campaign.priority
    return queued_place(priority, call.answered_utc_s or 0.0, call.call, f.entries.routing.ageing_s)


def next_call(f: FloorState) -> DialedCall | None:
    """The first of the waiting calls for which an agent is free."""
    first: tuple[int, CallPlace] | None = None
    for run in f.runs.values():
        if run.waiting.line and f.idle.count(run.run_id) and (place := first_in_line(f, run)) is not None:
            candidate = run.campaign.priority, place
            first = candidate if first is None else min(first, candidate)
    return f.calls[first[1][1]] if first is not None else None


def first_in_line(f: FloorState, run: RunLive) -> CallPlace | None:
    """Whoever is being hung up, or hears a message, leaves the line."""
    while run.waiting.line:
        place = run.waiting.line[0]
        call = f.calls[place[1]]
        if call.hint is None and call.campaign.dial_mode is not DialMode.AGENTLESS:
            return place
        run.waiting.step_out(call.call)
    return None


def offer(f: FloorState, call: DialedCall, agent: AgentLive) -> None:
    call.agent_id = agent.agent_id
    f.engage(agent, call)
    f.move_call(call, CallCause.OFFERED)
    if agent.profile.leg_mode is LegMode.PERSISTENT:
        assert agent.leg is not None
        call.leg = agent.leg
        f.do(Join(call=call.call, leg=agent.leg))
        f.at(calls.JOIN_S, "join", call.call)
    else:
        agents.raise_leg(f, agent)
        f.at(agents.LEG_RING_S, "join", call.call)


# Runs to the network


def start_calls(f: FloorState, changed: Container[int]) -> None:
    """Place what the one formula allows: lower priority number first, then turn by turn (WD-119, WD-120). Of the runs
    that have not changed, only those are looked at that others may have left more, or less."""
    ready = [run for run in f.runs.values() if run.state is RUNNING and run.hours_open]
    if not (f.started and f.telephony_up and f.store_up):
        for run in ready:
            run.why = "nothing is dialed: " + ("the PBX" if not f.telephony_up else "the database") + " is out of reach"
            pacing.blind(f, run)
        return
    ready.sort(key=lambda run: (run.campaign.priority, run.turn, run.run_id))
    for _, group in groupby(ready, key=lambda run: run.campaign.priority):
        turn = [run for run in group if (run.run_id in changed or not pacing.is_same(f, run)) and start_one(f, run)]
        while turn:
            turn = [run for run in turn if start_one(f, run)]


def start_one(f: FloorState, run: RunLive) -> bool:
    """Place one call of this run, if it may; or give an agent the contact that they are to decide about."""
    if run.campaign.dial_mode is MANUAL:
        run.why = "manual: its agents dial by hand"
        return False
    pace = run.paced = pacing.pace_of(f, run)
    _tell_why(f, run, pace)
    if pace.start <= 0:
        if not pace.picture.destination_left:
            destinations.make_room(f, run)
        return False
    if run.campaign.dial_mode is PREVIEW:
        return preview.start(f, run)
    if accompanied.is_agent_first(run.campaign):
        return accompanied.start_with_agent(f, run, pace)
    trunk = free_trunk(f, run)
    if trunk is None:
        return False
    place(f, run, trunk, str(pace))
    return True


def _tell_why(f: FloorState, run: RunLive, pace: Pace) -> None:
    """The reason is shown: when it is another one, the run is shown anew, though nothing else of it has changed."""
    if not isinstance(run.why, Pace) or not run.why.looks_like(pace):
        run.why = pace
        f.touch("runs", run.run_id)


def free_trunk(f: FloorState, run: RunLive) -> TrunkLive | None:
    """The one of this run, behind callers who are sent outside. Where none may start a call now, the run is looked at
    again when one may."""
    open_ids = [id_ for id_ in run.campaign.trunk_ids if id_ in f.trunks and not f.trunks[id_].callers]
    best, wait_s = best_trunk(f, open_ids)
    if best is None:
        f.at(min(pacing.SECOND_S, wait_s), "rate", str(run.run_id))
    return best


def best_trunk(f: FloorState, trunk_ids: Iterable[int]) -> tuple[TrunkLive | None, float]:
    """Of these, the one with the most free lines that may start a call within this second. If none may, after how long
    one will that has a line: `inf` when none has."""
    best: TrunkLive | None = None
    wait_s = inf
    for trunk_id in trunk_ids:
        trunk = f.trunks.get(trunk_id)
        if trunk is None or trunk.up >= trunk.trunk.capacity:
            continue
        if (pause_s := rate_pause_s(f, trunk)) > 0:
            wait_s = min(wait_s, pause_s)
        elif best is None or pacing.free_lines(f, trunk_id) > pacing.free_lines(f, best.trunk.trunk_id):
            best = trunk
    return best, wait_s


def take_line(f: FloorState, trunk: TrunkLive) -> None:
    """A call begins over it now, whoever wants it: it counts for its lines and for its calls per second (I8)."""
    trunk.up += 1
    if trunk.trunk.calls_per_s_max:
        trunk.starts_s.append(f.now.mono_s)
    f.touch("system", "system")


def rate_pause_s(f: FloorState, trunk: TrunkLive) -> float:
    """How long until this trunk may start another call: within its limit over any one second (I8), and evenly, for a
    burst of calls is answered as a burst, and then some of them wait."""
    limit = trunk.trunk.calls_per_s_max
    if not limit:
        return 0.0
    while trunk.starts_s and trunk.starts_s[0] + pacing.SECOND_S <= f.now.mono_s:  # the sum below, lest rounding say 0
        trunk.starts_s.popleft()
    if not trunk.starts_s:
        return 0.0
    even_s = trunk.starts_s[-1] + pacing.SECOND_S / limit
    full_s = trunk.starts_s[0] + pacing.SECOND_S if len(trunk.starts_s) >= limit else 0.0
    return max(even_s, full_s) - f.now.mono_s


def place(f: FloorState, run: RunLive, trunk: TrunkLive, why: str) -> None:
    item = destinations.take(f, run)
    assert item.call not in f.calls, "an attempt id is used once"
    call = DialedCall(
        item=item,
        run_id=run.run_id,
        trunk_id=trunk.trunk.trunk_id,
        campaign=run.campaign,
        placed_utc_s=f.now.utc_s,
        state=CallState.PLANNED,
    )
    f.calls[item.call] = call
    run.calls[item.call] = None
    f.count_call(run, call, +1)
    send(f, run, call, trunk, why)


def send(f: FloorState, run: RunLive, call: DialedCall, trunk: TrunkLive, why: str) -> None:
    """Take a line for it, and have its intent written."""
    item, campaign = call.item, run.campaign
    call.campaign, call.placed_utc_s = campaign, f.now.utc_s
    run.live += 1
    run.turn = f.next_turn()
    if run.predictor is not None and not call.accompanied:
        run.predictor.allowed -= 1
    law.note_placed(f, call)
    destinations.note_placed(f, run, call)
    if campaign.calls_per_minute_max or campaign.pacing.at_once_max:
        run.starts_s.append(f.now.mono_s)
    f.touch("calls", item.call)
    f.touch("runs", run.run_id)
    take_line(f, trunk)
    f.do(
        PlaceCall(
            item=item,
            run_id=run.run_id,
            campaign_id=campaign.campaign_id,
            trunk=trunk.trunk,
            caller_id=expand(campaign.caller_id, item, campaign.name),
            ring_timeout_s=campaign.ring_timeout_s,
            agent_id=call.agent_id,
            leg=f.agents[call.agent_id].leg if call.agent_id is not None else None,
            by_hand=call.by_hand,
            audit=_audited(call),
            listen=listening.asked_of(call),
            call_max_s=call_limit_s(campaign),
            why=why,
            at_utc_s=f.now.utc_s,
        )
    )
    runs.refill(f, run)


def _audited(call: DialedCall) -> Audited | None:
    if call.by_hand:
        return Audited.MANUAL_DIAL
    return Audited.OTHER_NUMBER if call.other_number else None


def call_limit_s(campaign: Campaign) -> float:
    """The PBX's dead-man limit: a dead engine must not leave a call up for ever."""
    if campaign.dial_mode is DialMode.AGENTLESS:
        ours_s = min(campaign.call_max_s or calls.MESSAGE_MAX_S, calls.MESSAGE_MAX_S)
    else:
        ours_s = campaign.call_max_s or TALK_MAX_S
    return ours_s + LIMIT_LATER_S
