"""Calls that ended while no floor was there to hear of it: their records, from what the store and the PBX have kept."""

from busyhour.core.commands import CloseCall
from busyhour.core.dialer.retry import Retry, next_attempt
from busyhour.core.events import FloorStarted
from busyhour.core.floor import endings, opt_out
from busyhour.core.floor.outcome import UNANSWERED
from busyhour.core.floor.state import FloorState
from busyhour.core.life.attempt import AttemptState
from busyhour.core.life.run import ACTIVE
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.pictures import CallHistory, CallRecord, OpenCall
from busyhour.core.model.values import DialMode, EndCause, Heard, Outcome


def close(f: FloorState, stored: OpenCall, history: CallHistory | None, started: FloorStarted) -> CallRecord:
    """The channel is gone. The PBX's own records tell how; without any, an intent was never sent (A2)."""
    name = stored.item.call
    run = f.runs.get(stored.run_id)
    answered = stored.answered_utc_s or (history.answered_utc_s if history else None)
    ended = history.ended_utc_s if history else (answered or stored.intent_utc_s)
    cause = history.cause if history else EndCause.PBX_RESTART if answered else EndCause.UNKNOWN
    if history is None and stored.state == AttemptState.INTENT:
        cause, outcome = EndCause.NOT_SENT, Outcome.CANCELLED
    else:
        heard = history is not None and history.message_heard
        outcome = _dead_outcome(run.campaign if run else None, stored, answered, cause, message_heard=heard)
    retry = Retry(due_utc_s=None, why="the run is over")
    if run is not None and run.state in ACTIVE and cause is EndCause.NOT_SENT:
        retry = endings.dial_again(f, stored.item)
    elif stored.opted_out_utc_s is not None:
        retry = opt_out.NEVER_AGAIN
    elif run is not None and run.state in ACTIVE:
        retry = next_attempt(
            run.campaign, stored.item, outcome=outcome, disposition=stored.disposition, ended_utc_s=ended
        )
    endings.note_due(f, stored.run_id, retry.due_utc_s)
    record = CallRecord(
        call=name,
        run_id=stored.run_id,
        campaign_id=stored.campaign_id,
        member_id=stored.item.member_id,
        contact_id=stored.item.contact_id,
        attempt_no=stored.item.attempt_no,
        trunk_id=stored.trunk_id,
        outcome=outcome,
        cause=cause,
        ringing_utc_s=stored.ringing_utc_s,
        answered_utc_s=answered,
        joined_utc_s=stored.joined_utc_s,
        ended_utc_s=ended,
        talk_s=endings.talk_s(f, answered, ended, started.heard_at.get(name), started.ends_heard_at.get(name)),
        agent_id=stored.agent_id,
        segments=(),
        next_due_utc_s=retry.due_utc_s,
        retry_why=retry.why,
        heard=stored.heard,
    )
    f.do(CloseCall(record=record))
    return record


def _dead_outcome(
    campaign: Campaign | None, stored: OpenCall, answered: float | None, cause: EndCause, *, message_heard: bool
) -> Outcome:
    if stored.joined_utc_s is not None:
        return Outcome.HANDLED
    if answered is not None and stored.heard is Heard.MACHINE:
        return Outcome.ANSWERING_MACHINE
    if answered is None:
        return UNANSWERED[cause]
    if campaign is None or campaign.dial_mode is not DialMode.AGENTLESS:
        return Outcome.ABANDONED
    if cause is EndCause.TIMEOUT:
        return Outcome.MAX_DURATION
    return Outcome.IVR_COMPLETED if message_heard else Outcome.IVR_LEFT
