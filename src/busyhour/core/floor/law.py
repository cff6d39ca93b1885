"""The law's counts of the campaigns that are running, kept as calls end, and reckoned anew from the records.

The records are asked for when a campaign's first run begins here, when its law changes, and now and then: so the counts
cannot drift, and an answer that was lost is asked for again. Until there is one, nothing is left to any dial mode that
would place a call without a free agent.
"""

from busyhour.core import events as e
from busyhour.core.commands import Reckon
from busyhour.core.dialer.compliance.budget import Budget, budget_of, rules_of
from busyhour.core.dialer.compliance.counts import count_of
from busyhour.core.dialer.compliance.ledger import Ledger
from busyhour.core.dialer.compliance.presets import preset_of
from busyhour.core.dialer.predictive.picture import Window as PacedWindow
from busyhour.core.floor.call_live import DialedCall
from busyhour.core.floor.run_live import RunLive
from busyhour.core.floor.state import FloorState
from busyhour.core.life.call import CallState
from busyhour.core.life.run import ACTIVE
from busyhour.core.model.counts import ABANDONED, CONNECTED, NOTHING, ReckoningAsk
from busyhour.core.model.values import Heard

ASK_AGAIN_S = 60.0  # an answer that has not come by then was lost
RECKON_EVERY_S = 3_600.0


def keep_reckoned(f: FloorState, run: RunLive) -> None:
    """Ask for the records of this run's campaign when that is due. A joint rule: all calls of the floor are known."""
    if run.state not in ACTIVE or not f.store_up:
        return
    ledger = f.ledgers.get(run.campaign.campaign_id)
    if ledger is None:
        ledger = f.ledgers[run.campaign.campaign_id] = Ledger()
    wait_max_s = preset_of(run.campaign.compliance.preset).wait_max_s
    if run.budget is None:
        look_at(f, run)
    if not ledger.is_due(f.now.mono_s, wait_max_s, every_s=RECKON_EVERY_S, again_s=ASK_AGAIN_S):
        return
    campaign_id = run.campaign.campaign_id
    ask = ReckoningAsk(
        campaign_id=campaign_id,
        until_utc_s=f.now.utc_s,
        wait_max_s=wait_max_s,
        open_calls=tuple(call.call for call in f.calls.values() if _counts_later(call, campaign_id)),
    )
    ledger.ask(ask, f.now.mono_s)
    for name in ask.open_calls:
        _hold(ledger, f.calls[name])
    f.do(Reckon(ask=ask))


def _counts_later(call: DialedCall, campaign_id: int) -> bool:
    return call.campaign.campaign_id == campaign_id and call.state is not CallState.ENDED


def on_reckoned(f: FloorState, event: e.Reckoned) -> None:
    ledger = f.ledgers.get(event.found.campaign_id)
    if ledger is not None:
        ledger.load(event.found)
        look(f, event.found.campaign_id)


def note_placed(f: FloorState, call: DialedCall) -> None:
    ledger = f.ledgers.get(call.campaign.campaign_id)
    if ledger is not None:
        ledger.began(call.call, f.now.utc_s)


def note_up(f: FloorState, call: DialedCall) -> None:
    """It got its agent, or the message instead: how it will count is certain, and an answered call counts at the time
    of its answer. Waiting for its end would make the share of abandoned calls look worse than it is, for these end
    soonest."""
    ledger = f.ledgers.get(call.campaign.campaign_id)
    if ledger is not None and _hold(ledger, call):
        look(f, call.campaign.campaign_id)


def _hold(ledger: Ledger, call: DialedCall) -> bool:
    if call.answered_utc_s is None or (call.joined_utc_s is None and call.state is not CallState.FAREWELL):
        return False
    if call.heard is Heard.MACHINE:
        return False  # it is nobody, or a person who is counted as such at the end
    in_time = call.joined_utc_s is not None and call.joined_utc_s - call.answered_utc_s <= ledger.wait_max_s
    ledger.hold(call.call, CONNECTED if in_time else ABANDONED)
    return True


def note_ended(f: FloorState, call: DialedCall) -> None:
    """Its outcome is known. It is judged by the law of the campaign as it is now."""
    campaign_id = call.campaign.campaign_id
    ledger = f.ledgers.get(campaign_id)
    if ledger is None or call.answered_utc_s is None:
        return
    ledger.let_go(call.call)
    count = count_of(
        outcome=call.outcome,
        answered_utc_s=call.answered_utc_s,
        joined_utc_s=call.joined_utc_s,
        wait_max_s=ledger.wait_max_s,
        heard=call.heard,
    )
    if count != NOTHING:
        ledger.add(call.answered_utc_s, count)
        look(f, campaign_id)


def look(f: FloorState, campaign_id: int) -> None:
    """See where the runs of this campaign stand; what is shown changes only here."""
    for run in f.runs.values():
        if run.campaign.campaign_id == campaign_id and run.state in ACTIVE:
            look_at(f, run)


def look_at(f: FloorState, run: RunLive) -> None:
    found = budget(f, run)
    if found != run.budget:
        run.budget = found
        f.dirty_run(run.run_id)


def windows_of(budget: Budget | None) -> tuple[PacedWindow, ...]:
    """For the pacer. No slack: at the limit it is the budget that says so. Those whom a detector hung up on do not
    reach the pacer: the share that it aims at is of the others. Empty while any count is not known."""
    windows = []
    for standing in budget.standings if budget is not None else ():
        if standing.live is None or standing.abandoned is None:
            return ()
        answered = standing.live - standing.taken_for_machines
        abandoned = standing.abandoned - standing.taken_for_machines
        limit = (standing.window.limit * standing.live - standing.taken_for_machines) / answered if answered else 0.0
        windows.append(
            PacedWindow(
                name=standing.window.words,
                aim=standing.alpha,
                limit=limit,
                answered=round(answered),
                abandoned=abandoned,
                slack=0.0,
            )
        )
    return tuple(windows)


def budget(f: FloorState, run: RunLive) -> Budget:
    """What is left to this run; nothing, while the counts are not known."""
    ledger = f.ledgers.get(run.campaign.campaign_id)
    return budget_of(rules_of(run.campaign), ledger if ledger is not None else Ledger(), f.now.utc_s)


def forget(f: FloorState, campaign_id: int) -> None:
    """Its last run has left the floor."""
    if all(run.campaign.campaign_id != campaign_id for run in f.runs.values()):
        f.ledgers.pop(campaign_id, None)
