"""How many calls each run may place now: the floor's counts for the one formula, and the looks of predictive runs.

A predictive run is looked at once a second; with few agents also when one of them gets free and when a call ends. In
between it goes on with what the last look allowed. Whatever cannot be seen makes it place fewer calls.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from math import ceil

import msgspec

from busyhour.core.dialer.compliance.presets import preset_of
from busyhour.core.dialer.correction import PLAIN, corrected
from busyhour.core.dialer.pacing import Pace, PacingPicture, calls_to_start, room
from busyhour.core.dialer.predictive.pacer import ASK_AT_EVENTS_MAX
from busyhour.core.dialer.predictive.picture import RING_MIN_S, Decision, Picture, Rules
from busyhour.core.dialer.predictive.traits import traits_of
from busyhour.core.floor import calls, destinations, law, listening, runs
from busyhour.core.floor.learning import BUSY, keep, placed_s
from busyhour.core.floor.predictor import USUAL, Predictor
from busyhour.core.floor.run_live import RunLive
from busyhour.core.floor.state import AgentLive, FloorState
from busyhour.core.life.agent import AgentState
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.call import TRYING, CallState
from busyhour.core.life.run import RunState
from busyhour.core.model.values import DialMode, Outcome

AGENTLESS, RATIO = DialMode.AGENTLESS, DialMode.RATIO  # read at each event, as these two
AWAY, ACW = (AgentState.OFFLINE, AgentState.NOT_READY), AgentState.ACW
LOOK_S = 1.0
ROUNDING_S = 1e-6
SECOND_S = 1.0


def pace_of(f: FloorState, run: RunLive) -> Pace:
    if run.predictor is None:
        return calls_to_start(picture_of(f, run))
    if is_due(f, run, run.predictor):
        look(f, run, run.predictor)
    return calls_to_start(picture_of(f, run))


def is_same(f: FloorState, run: RunLive) -> bool:
    """Whether a run of which nothing has changed would be paced as at its last look, when it got no call. So it is when
    what it shares with others is as it was, and nothing hangs on the time but a look that is not due."""
    pace, campaign = run.paced, run.campaign
    if pace is None or pace.start > 0 or not isinstance(run.why, Pace):
        return False
    if campaign.calls_per_minute_max or campaign.destinations or campaign.pacing.at_once_max:
        return False
    if run.predictor is not None and is_due(f, run, run.predictor):
        return False
    return lines_left(f, run) == pace.picture.trunk_free and agents_free(f, run) == pace.picture.agents_free


def picture_of(f: FloorState, run: RunLive) -> PacingPicture:
    predictor, pacing = run.predictor, run.campaign.pacing
    trunk_free = lines_left(f, run)
    limited = bool(pacing.per_agent_max) and run.campaign.dial_mode is not AGENTLESS
    return PacingPicture(
        campaign=run.campaign,
        agents_free=agents_free(f, run),
        dialing=run.dialing,
        waiting=len(run.waiting),
        live=run.live,
        hopper=len(run.hopper),
        destination_left=destinations.dialable(f, run, trunk_free),
        left=run.budget.left if run.budget is not None else 0,
        trunk_free=trunk_free,
        minute_left=minute_left(f, run),
        second_left=second_left(f, run),
        planned=run.planned,
        at_utc_s=f.now.utc_s,
        at_work=sum(1 for _ in at_work(f, run)) if limited else 0,
        careful=careful_of(run),
        decision=predictor.decision if predictor is not None else None,
        allowed=predictor.allowed if predictor is not None else 0,
    )


def alone(picture: PacingPicture) -> PacingPicture:
    """For a call whose number was chosen already, and whose agent is there: the caps that still hold for it."""
    campaign = picture.campaign
    free = msgspec.structs.replace(campaign.pacing, waiting_max=None, per_agent_max=0.0)
    campaign = msgspec.structs.replace(campaign, pacing=free, destinations=())
    return msgspec.structs.replace(picture, campaign=campaign, hopper=1)


def careful_of(run: RunLive) -> str:
    """Why no call may be placed without a free agent; empty when some may."""
    if run.budget is None:
        return "it is not known how many calls were abandoned"
    return run.budget.why if run.budget.progressive else ""


def at_work(f: FloorState, run: RunLive) -> Iterator[AgentLive]:
    """The agents of this run who are free, with a call, or wrap one up."""
    for agent_id in run.campaign.agent_ids:
        agent = f.agents.get(agent_id)
        if agent is not None and agent.state not in AWAY:
            yield agent


# Caps


def free_lines(f: FloorState, trunk_id: int) -> int:
    trunk = f.trunks.get(trunk_id)
    return trunk.trunk.capacity - trunk.up if trunk is not None else 0


def lines_left(f: FloorState, run: RunLive) -> int:
    """Of all trunks of this run; one that was made smaller than what is up on it has none."""
    left = 0
    for trunk_id in run.campaign.trunk_ids:
        trunk = f.trunks.get(trunk_id)
        if trunk is not None and trunk.up < trunk.trunk.capacity:
            left += trunk.trunk.capacity - trunk.up
    return left


def minute_left(f: FloorState, run: RunLive) -> int:
    limit = run.campaign.calls_per_minute_max
    if not limit:
        return runs.HOPPER_MAX
    while run.starts_s and run.starts_s[0] + runs.MINUTE_S <= f.now.mono_s:  # the sum below, lest rounding say less
        run.starts_s.popleft()
    if len(run.starts_s) >= limit:
        f.at(run.starts_s[0] + runs.MINUTE_S - f.now.mono_s, "minute", str(run.run_id))
    return limit - len(run.starts_s)


def second_left(f: FloorState, run: RunLive) -> int:
    """`Pacing.at_once_max`: of the calls within any second. Without a limit per minute only these are kept."""
    limit = run.campaign.pacing.at_once_max
    if not limit:
        return runs.HOPPER_MAX
    starts = run.starts_s
    if not run.campaign.calls_per_minute_max:
        while starts and starts[0] + SECOND_S <= f.now.mono_s:
            starts.popleft()
    lately = [at_s for at_s in islice(reversed(starts), limit) if at_s + SECOND_S > f.now.mono_s]
    if len(lately) >= limit:
        f.at(lately[-1] + SECOND_S - f.now.mono_s, "second", str(run.run_id))
    return limit - len(lately)


# Agents that several runs share


def agents_free(f: FloorState, run: RunLive) -> int:
    """Available agents of this run, less those that calls of other runs on the way will need.

    Such a call takes an agent that is not ours where there is one, so only the rest of them counts against us. Where
    the law leaves nothing, each call on the way counts; else those that are likely to be answered.
    """
    ours = f.idle.count(run.run_id)
    if not ours:
        return 0
    certain = bool(careful_of(run))
    taken = 0
    for other in f.runs.values():
        if other is run or not (other.dialing or other.waiting) or other.campaign.dial_mode is AGENTLESS:
            continue
        needed = agents_needed(other, certain=certain)
        if needed:
            shared = f.idle.shared(run.run_id, other.run_id)
            theirs_alone = f.idle.count(other.run_id) - shared
            taken += min(shared, max(0, needed - theirs_alone))
    return max(0, ours - taken)


def agents_needed(run: RunLive, *, certain: bool) -> int:
    """By the calls of this run that are on their way or wait."""
    dialing = float(run.dialing)
    if not certain and run.predictor is not None and run.predictor.decision is not None:
        dialing = min(dialing, run.predictor.decision.why.answers_expected + 1.0)
    elif not certain and run.campaign.dial_mode is RATIO:
        dialing = min(dialing, dialing / max(run.campaign.pacing.ratio, 1.0) + 1.0)
    return ceil(dialing) + len(run.waiting)


def others_on_the_way(f: FloorState, run: RunLive) -> tuple[list[tuple[float, float]], int]:
    """Calls of other runs that need agents of this one: since when with which chance factor, and how many wait."""
    ringing: list[tuple[float, float]] = []
    waiting = 0.0
    for other in f.runs.values():
        if other is run or other.campaign.dial_mode is AGENTLESS:
            continue
        share = f.idle.share(other.run_id, run.run_id)
        if share:
            part = share * _answered_beside(run, other)
            ringing += [(since_s, factor * part) for since_s, factor in _on_the_way(f, other)]
            waiting += share * len(other.waiting)
    return ringing, ceil(waiting)


def _answered_beside(run: RunLive, other: RunLive) -> float:
    """How much likelier the other run's calls are to be answered than this run's, as both have learned. A run that has
    learned nothing yet takes most calls to be answered: by that, the many calls of another would never let it begin."""
    ours, theirs = _answer_chance(run), _answer_chance(other)
    return theirs / ours if ours and theirs else 1.0


def _answer_chance(run: RunLive) -> float:
    decision = run.predictor.decision if run.predictor is not None else None
    return decision.why.answer_chance if decision is not None else 0.0


def callers_before(f: FloorState, run: RunLive) -> int:
    """Callers who wait for agents of this run, by the part of those serving their queue who work for it, too. Whoever
    gets free takes one of them, unless a callee has just answered."""
    if not f.takes_callers:
        return 0
    routing, waiting = f.entries.routing, 0.0
    for queue_id in routing.queues:
        callers, serving = routing.waiting_count(queue_id), routing.logged_count(queue_id)
        if callers and serving:
            ours = sum(routing.serves(agent.agent_id, queue_id) for agent in at_work(f, run))
            waiting += callers * min(1.0, ours / serving)
    return ceil(waiting)


def _on_the_way(f: FloorState, run: RunLive) -> list[tuple[float, float]]:
    """Those that the last look of this run still allows are on the way too."""
    if run.predictor is not None:
        return [*run.predictor.ringing.values(), *[(f.now.mono_s, USUAL)] * run.predictor.allowed]
    if not run.dialing:
        return []
    trying = (f.calls[name] for name in run.calls if f.calls[name].state in TRYING)
    return [(placed_s(f, call), USUAL) for call in trying]


# Looks of a predictive run


def is_due(f: FloorState, run: RunLive, predictor: Predictor) -> bool:
    """All runs on the same beat, in their order: between two beats whoever happened to be looked at first would take
    what runs share. For the same reason, what one run has news of concerns all that share its agents."""
    if predictor.decided_s < _beat_s(f):
        return True
    return len(run.campaign.agent_ids) <= ASK_AT_EVENTS_MAX and (predictor.stale or _shared_news(f, run))


def _beat_s(f: FloorState) -> float:
    """The last one. A deadline may come a rounding too soon."""
    return (f.now.mono_s + ROUNDING_S) // LOOK_S * LOOK_S - ROUNDING_S


def _shared_news(f: FloorState, run: RunLive) -> bool:
    """Of runs that will be looked at themselves now: the news of others would stay new."""
    return any(
        other.predictor is not None
        and other.predictor.stale
        and other.state is RunState.RUNNING
        and other.hours_open
        and len(other.campaign.agent_ids) <= ASK_AT_EVENTS_MAX
        and f.idle.share(other.run_id, run.run_id)
        for other in f.runs.values()
        if other is not run
    )


def look(f: FloorState, run: RunLive, predictor: Predictor) -> None:
    """Decide anew how many calls to place, and which of those on their way to give up."""
    limit, most = room(picture_of(f, run))
    picture = _picture(f, run, predictor, most)
    decision = predictor.pacer.decide(f.now.mono_s, picture)
    decision = _corrected(run, picture, decision)
    decision = _shared(f, run, picture, decision)
    predictor.decision = _told(run, decision, limit, most)
    predictor.allowed, predictor.decided_s, predictor.stale = decision.start, f.now.mono_s, False
    if decision.cancel_from_s is not None:
        give_up(f, run, predictor, decision.cancel_from_s)
    keep(f, run)
    if picture.free or picture.talking or picture.wrapping or predictor.ringing:
        f.at(_beat_s(f) + ROUNDING_S + LOOK_S - f.now.mono_s, "pace", str(run.run_id))
    f.touch("runs", run.run_id)


def _corrected(run: RunLive, picture: Picture, decision: Decision) -> Decision:
    """By the campaign's own percentage, where the law leaves something and calls are wanted at all."""
    percent = run.campaign.pacing.correction
    if percent == PLAIN or decision.start <= 0 or picture.careful:
        return decision
    on_the_way = run.dialing + picture.waiting
    wanted = corrected(decision.start + on_the_way, sure=picture.free, percent=percent, left=picture.left or 0)
    return msgspec.structs.replace(decision, start=max(0, wanted - on_the_way))


def _shared(f: FloorState, run: RunLive, picture: Picture, decision: Decision) -> Decision:
    """Of what is to be on the way for agents that several runs of one priority share, each places its part. Else the
    one that may risk more would take all, and the other would never learn that it may as well."""
    partners = sum(1 for other in f.runs.values() if _is_partner(f, run, other))
    if not partners or decision.start <= 0:
        return decision
    part = ceil((run.dialing + len(picture.others) + decision.start) / (partners + 1))
    if part - run.dialing >= decision.start:
        return decision
    why = msgspec.structs.replace(decision.why, reason=f"the rest is for {partners} more of the same priority")
    return msgspec.structs.replace(decision, start=max(0, part - run.dialing), why=why)


def _is_partner(f: FloorState, run: RunLive, other: RunLive) -> bool:
    """Whether the other one would use these agents too, if it got its part."""
    if other is run or other.predictor is None or other.campaign.priority != run.campaign.priority:
        return False
    wants = other.state is RunState.RUNNING and other.hours_open and bool(other.hopper) and not careful_of(other)
    return wants and bool(f.idle.share(other.run_id, run.run_id))


def _picture(f: FloorState, run: RunLive, predictor: Predictor, most: int) -> Picture:
    campaign = run.campaign
    others, others_waiting = others_on_the_way(f, run)
    staying = [agent for agent in at_work(f, run) if not _leaves(agent)]
    preset = preset_of(campaign.compliance.preset)
    return Picture(
        free=f.idle.count(run.run_id),
        waiting=len(run.waiting) + others_waiting + callers_before(f, run),
        talking=[agent.since_s for agent in staying if agent.state in BUSY],
        wrapping=[agent.since_s for agent in staying if agent.state is ACW],
        ringing=predictor.ringing.values(),
        others=others,
        windows=law.windows_of(run.budget),
        left=run.budget.left if run.budget is not None else 0,
        careful=careful_of(run),
        rules=Rules(
            grace_s=listening.wait_left_s(campaign),
            ring_min_s=preset.ring_min_s or RING_MIN_S,
            late_cancel=campaign.pacing.late_cancel,
        ),
        room=max(0, most),
        next_chances=_Ahead(f, run, predictor) if campaign.pacing.chances else (),
    )


def _leaves(agent: AgentLive) -> bool:
    """Who is known to take no further call after this one."""
    return agent.leaving or agent.next_pause is not None or agent.desk is None or not agent.session_open


class _Ahead(Sequence[float]):
    """The chances of the next numbers in the hopper, looked up as far as they are asked for."""

    def __init__(self, f: FloorState, run: RunLive, predictor: Predictor) -> None:
        self._f, self._run, self._predictor = f, run, predictor
        self._known: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._run.hopper)

    def __getitem__(self, at: int) -> float:  # type: ignore[override]
        known = self._known.get(at)
        if known is None:
            traits = traits_of(self._run.campaign, self._run.hopper[at], self._f.now.utc_s)
            known = self._known[at] = self._predictor.chances.factor(traits)
        return known


def _told(run: RunLive, decision: Decision, limit: str, most: int) -> Decision:
    """With how the window stands that steers, and with the cap that held it back."""
    why = decision.why
    if why.window and run.budget is not None:
        standing = next((one for one in run.budget.standings if one.window.words == why.window), None)
        why = msgspec.structs.replace(why, window_use=standing.words if standing is not None else "")
    if why.reason and decision.start >= most and not careful_of(run):
        why = msgspec.structs.replace(why, reason=f"no room for more: {limit}")
    return msgspec.structs.replace(decision, why=why)


def give_up(f: FloorState, run: RunLive, predictor: Predictor, from_s: float) -> None:
    """Hang up what has rung at least so long: if it were answered now, nobody could take it."""
    for name in list(predictor.ringing):
        call = f.calls[name]
        rang_s = f.now.mono_s - call.rang_s
        if call.state is CallState.DIALING and call.attempt is AttemptState.RINGING and rang_s >= from_s:
            call.hint = Outcome.NO_ANSWER
            predictor.rang(name, f.now.mono_s, live=None)
            predictor.given_up += 1
            calls.hang_up(f, call)


def blind(f: FloorState, run: RunLive) -> None:
    """Something is out of reach: nothing is dialed, and what goes on meanwhile is not learned from."""
    predictor = run.predictor
    if predictor is not None and (predictor.allowed or predictor.decided_s >= 0.0):
        unseen = Picture(free=0, waiting=0, talking=(), wrapping=(), ringing=(), windows=(), blind=True)
        predictor.decision = predictor.pacer.decide(f.now.mono_s, unseen)
        predictor.allowed, predictor.decided_s = 0, -1.0
