"""What a predictive run is told of its calls and agents, as their states move, and when that is stored.

`state.py` calls this at each move, so no event rule has to remember to. Runs in other dial modes learn nothing.
"""

from typing import TYPE_CHECKING

from busyhour.core.commands import SaveLearned
from busyhour.core.dialer.predictive.traits import traits_of
from busyhour.core.floor.predictor import Predictor
from busyhour.core.life.agent import AgentState
from busyhour.core.life.call import TRYING, CallState
from busyhour.core.model.values import DialMode, Heard, Outcome

if TYPE_CHECKING:
    from busyhour.core.floor.call_live import DialedCall
    from busyhour.core.floor.run_live import RunLive
    from busyhour.core.floor.state import AgentLive, FloorState

BUSY = (AgentState.RESERVED, AgentState.ON_CONTACT)
NEVER_DIALED = (None, Outcome.CANCELLED)
UNKNOWN = (Outcome.LOST, Outcome.SYSTEM_ERROR)


def attend(f: "FloorState", run: "RunLive", kept: bytes = b"") -> None:
    """Give the run a predictor when its campaign is predictive, and take it away when it is not any more."""
    if run.campaign.dial_mode is not DialMode.PREDICTIVE:
        keep(f, run, at_once=True)
        run.predictor = None
    elif run.predictor is None:
        run.predictor = Predictor.of(kept)
        for name in run.calls:
            call_rings(f, run, f.calls[name])


def placed_s(f: "FloorState", call: "DialedCall") -> float:
    """Monotonic. A clock that was set back must not make a call younger than now."""
    return f.now.mono_s - max(0.0, f.now.utc_s - call.placed_utc_s)


def call_rings(f: "FloorState", run: "RunLive", call: "DialedCall") -> None:
    """It is on its way, or was found so."""
    predictor = run.predictor
    if predictor is not None and call.state in TRYING and call.call not in predictor.ringing:
        traits = traits_of(call.campaign, call.item, f.now.utc_s) if call.campaign.pacing.chances else None
        predictor.rings(call.call, placed_s(f, call), traits)


def call_moved(f: "FloorState", run: "RunLive", call: "DialedCall", before: CallState) -> None:
    """Called before the time of the join is written."""
    predictor = run.predictor
    if predictor is None:
        return
    if before in TRYING and call.state not in TRYING:
        _call_rang(f, predictor, call)
    if call.joined_utc_s is not None or call.heard is Heard.MACHINE:
        return
    if call.state is CallState.TALKING:
        predictor.served()
    elif call.state is CallState.FAREWELL:
        predictor.abandoned()
    elif call.state is CallState.ENDED and before is not CallState.FAREWELL and call.answered_utc_s is not None:
        predictor.abandoned()  # the callee did not wait for the message


def _call_rang(f: "FloorState", predictor: Predictor, call: "DialedCall") -> None:
    name, now_s = call.call, f.now.mono_s
    if call.state is not CallState.ENDED or call.answered_utc_s is not None:
        predictor.rang(name, now_s, live=call.heard is not Heard.MACHINE)
    elif call.outcome in NEVER_DIALED:
        predictor.never_rang(name)
    else:
        predictor.rang(name, now_s, live=None if call.outcome in UNKNOWN else False)


def agent_changed(f: "FloorState", agent: "AgentLive", before: AgentState) -> None:
    """The agent has a new state; `since_s` is still that of the one before."""
    if agent.call is not None:
        call = f.calls.get(agent.call)
        agent.busy_run = call.run_id if call is not None else None  # a caller teaches no run
    for run_id in f.idle.runs_of(agent.agent_id):
        run = f.runs.get(run_id)
        if run is not None and run.predictor is not None:
            run.predictor.stale = True
    run = f.runs.get(agent.busy_run or 0)
    predictor = run.predictor if run is not None else None
    if predictor is None:
        return
    now_s, lasted_s = f.now.mono_s, f.now.mono_s - agent.since_s
    if before is AgentState.ON_CONTACT and agent.state not in BUSY:
        predictor.talked(now_s, lasted_s)
        if agent.state is not AgentState.ACW:
            predictor.wrapped_up(now_s, 0.0)
    elif before is AgentState.ACW:
        predictor.wrapped_up(now_s, lasted_s)


def keep(f: "FloorState", run: "RunLive", *, at_once: bool = False) -> None:
    """Store what was learned: now and then, and when the run stops."""
    if run.predictor is None:
        return
    learned = run.predictor.to_save(f.now.mono_s, at_once=at_once)
    if learned is not None:
        f.do(SaveLearned(campaign_id=run.campaign.campaign_id, learned=learned, at_utc_s=f.now.utc_s))
