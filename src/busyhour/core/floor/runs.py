"""Event rules about runs and what they are made of: hopper, hours, trunks, settings."""

from collections.abc import Sequence

from busyhour.core import events as e
from busyhour.core.commands import FillHopper, SaveRun
from busyhour.core.dialer.hours import is_open, next_change, zone_known
from busyhour.core.floor import destinations, law, learning, missed, preview, watching
from busyhour.core.floor.run_live import RunLive, TrunkLive
from busyhour.core.floor.state import FloorState
from busyhour.core.life.call import CallState
from busyhour.core.life.run import ACTIVE, RunCause, RunState
from busyhour.core.model.pictures import RunPicture
from busyhour.core.model.values import Audited, DialMode

HOPPER_MIN = 20
HOPPER_MAX = 1_000
HOURS_LOOK_S = 30.0  # hours are looked at this often, so that a corrected wall clock is noticed
CLOSED_RUN_KEPT_S = 300.0  # a closed run stays on the live page this long
MINUTE_S = 60.0
UNDIALED = (CallState.RESERVED, CallState.PLANNED)
FILLED = (RunState.RUNNABLE, RunState.RUNNING)  # their hoppers are
IN_HOURS = (RunState.RUNNING, RunState.IDLE)
AUDITED = {
    RunState.PAUSED: Audited.RUN_PAUSED,
    RunState.RUNNING: Audited.RUN_UNPAUSED,
    RunState.REMOVED: Audited.RUN_REMOVED,
}  # how a run is when somebody who asked for it has it so
WRONG_TIME, MANUAL = RunState.WRONG_TIME, DialMode.MANUAL  # asked at each event, and Python 3.11 reads members slowly


def add_run(f: FloorState, picture: RunPicture) -> RunLive:
    run = RunLive(
        run_id=picture.run_id,
        campaign=picture.campaign,
        state=RunState(picture.state),
        started_utc_s=picture.started_utc_s,
        placed=picture.placed,
        finished=picture.finished,
        answered=picture.answered,
        abandoned=picture.abandoned,
        halted=picture.halted,
        why=picture.halted,
    )
    destinations.begin(f, run, picture.placed_last_minute)
    run.starts_s.extend([f.now.mono_s] * picture.placed_last_minute)  # when exactly is not known: at the worst, now
    run.prepared = run.state is not RunState.RUNNABLE
    learning.attend(f, run, picture.learned)
    f.runs[run.run_id] = run
    if run.state not in ACTIVE:  # found with the calls that were up when it ended
        f.at(CLOSED_RUN_KEPT_S, "forget-run", str(run.run_id))
    staff(f, run)
    look_at_hours(f, run)
    f.dirty_run(run.run_id)
    return run


def staff(f: FloorState, run: RunLive, before: Sequence[int] = ()) -> None:
    """Its campaign's agents work for this run; `before`: those that did so until now. All are shown with their runs."""
    f.idle.staff(run.run_id, run.campaign.agent_ids)
    show(f, [*before, *run.campaign.agent_ids])


def show(f: FloorState, agent_ids: Sequence[int]) -> None:
    for agent_id in agent_ids:
        if agent_id in f.agents:
            f.touch("agents", agent_id)


def on_run_started(f: FloorState, event: e.RunStarted) -> None:
    if event.run.run_id not in f.runs:
        add_run(f, event.run)


def on_run_pause_asked(f: FloorState, event: e.RunPauseAsked) -> None:
    run = f.runs.get(event.run_id)
    if run is not None and run.state in (RunState.RUNNING, RunState.IDLE, RunState.WRONG_TIME):
        change(f, run, RunCause.PAUSED, event.by)
        f.accept(event.request)
    elif run is not None and run.state is RunState.PAUSED:
        # Written by us: an engine that died unheard may have written it, to a store that forgets it.
        _save(f, run, event.by)
        f.accept(event.request)
    else:
        f.refuse(event.request, "run_not_running", "This run is not running; start the campaign to have a new run.")


def on_run_unpause_asked(f: FloorState, event: e.RunUnpauseAsked) -> None:
    run = f.runs.get(event.run_id)
    if run is not None and run.state is RunState.PAUSED:
        watching.let_go_on(run)
        change(f, run, RunCause.UNPAUSED, event.by)
        f.accept(event.request)
    elif run is not None and run.state in ACTIVE:
        f.accept(event.request)
    else:
        f.refuse(event.request, "run_closed", "This run is closed; start the campaign to have a new run.")


def on_run_remove_asked(f: FloorState, event: e.RunRemoveAsked) -> None:
    """The end of an unwanted run. Calls that are up go on; nothing new is placed (WD-143)."""
    run = f.runs.get(event.run_id)
    if run is not None and run.state in ACTIVE:
        change(f, run, RunCause.REMOVED, event.by)
    f.accept(event.request)


def change(f: FloorState, run: RunLive, cause: RunCause, by: e.Asker | None = None) -> None:
    f.move_run(run, cause)
    if run.state is not RunState.RUNNING:
        learning.keep(f, run, at_once=True)
    if run.state not in ACTIVE:
        run.hopper.clear()
        f.at(CLOSED_RUN_KEPT_S, "forget-run", str(run.run_id))
    _save(f, run, by)
    preview.review(f, run)


def _save(f: FloorState, run: RunLive, by: e.Asker | None) -> None:
    f.do(
        SaveRun(
            run_id=run.run_id,
            state=run.state,
            at_utc_s=f.now.utc_s,
            final=run.state not in ACTIVE,
            halted=run.halted,
            audit=None if by is None else AUDITED[run.state],
            by=by,
        )
    )


def on_forget_run_due(f: FloorState, name: str) -> None:
    run = f.runs[int(name)]
    if run.calls:
        f.at(CLOSED_RUN_KEPT_S, "forget-run", name)
        return
    f.touch("runs", name)
    show(f, run.campaign.agent_ids)
    f.dirty_runs.pop(run.run_id, None)
    f.idle.staff(run.run_id, ())
    for kind in ("hours", "due", "rate", "minute", "second", "pace", "destination"):
        f.drop(kind, name)
    del f.runs[run.run_id]
    law.forget(f, run.campaign.campaign_id)


# Hopper


def hopper_target(f: FloorState, run: RunLive) -> int:
    """About twice the number of outgoing lines (WD-104)."""
    lines = sum([f.trunks[t].trunk.capacity for t in run.campaign.trunk_ids if t in f.trunks])
    return max(HOPPER_MIN, min(HOPPER_MAX, 2 * min(lines, run.campaign.max_concurrent)))


def refill(f: FloorState, run: RunLive) -> None:
    if run.campaign.dial_mode is MANUAL:
        return  # its numbers are chosen by hand
    if run.filling or not f.store_up or run.state not in FILLED:
        return
    due = run.next_due_utc_s is not None and run.next_due_utc_s <= f.now.utc_s
    if not (run.fresh_left or due):
        return
    target = hopper_target(f, run)
    if len(run.hopper) <= target // 2:
        run.filling, run.noted_due_utc_s = True, None
        held = attempts_held(f, run) if run.doubtful else None
        run.fill_no += 1
        f.do(FillHopper(run_id=run.run_id, want=target - len(run.hopper), held=held, no=run.fill_no))


def attempts_held(f: FloorState, run: RunLive) -> tuple[str, ...]:
    """Those whose members were taken from the store and are here: in the hopper, looked at, or about to be called."""
    planned = (f.calls[name].item for name in run.calls if f.calls[name].state in UNDIALED)
    return tuple(item.call for item in (*run.hopper, *planned))


def on_hopper_filled(f: FloorState, event: e.HopperFilled) -> None:
    run = f.runs.get(event.run_id)
    if run is None or run.state not in ACTIVE:
        return
    if event.no is not None and event.no != run.fill_no:
        return  # given up for lost when the store was away: the filling asked for since has given its members back
    run.filling = run.doubtful = False
    dues = [due for due in (event.next_due_utc_s, run.noted_due_utc_s) if due is not None]
    run.fresh_left, run.next_due_utc_s = event.fresh_left, min(dues, default=None)
    run.hopper.extend(event.items)
    if not run.prepared:
        run.prepared = True
        if run.state is RunState.RUNNABLE:
            change(f, run, RunCause.PREPARED)
    f.dirty_run(run.run_id)


def on_run_counted(f: FloorState, event: e.RunCounted) -> None:
    run = f.runs.get(event.run_id)
    if run is not None:
        run.placed, run.finished = event.placed, event.finished
        run.answered, run.abandoned = event.answered, event.abandoned
        f.touch("runs", run.run_id)


def on_numbers_added(f: FloorState, event: e.NumbersAdded) -> None:
    run = f.runs.get(event.run_id)
    if run is None or run.state not in ACTIVE:
        return
    run.fresh_left = True
    if run.state is RunState.IDLE:
        change(f, run, RunCause.NUMBERS_CAME)
    f.dirty_run(run.run_id)


def on_run_due(f: FloorState, name: str) -> None:
    """Some deadline of this run has come: the joint rules look at it anew."""
    f.dirty_run(int(name))


# Hours


def look_at_hours(f: FloorState, run: RunLive) -> None:
    campaign = run.campaign
    run.hours_open = is_open(campaign.active_hours, campaign.time_zone, f.now.utc_s)
    if not run.hours_open and not zone_known(campaign.time_zone):
        run.why = f"this machine does not know the campaign's time zone {campaign.time_zone!r}: choose another one"
        f.touch("runs", run.run_id)
    ahead_s = next_change(campaign.active_hours, campaign.time_zone, f.now.utc_s)
    f.at(min(ahead_s, HOURS_LOOK_S), "hours", str(run.run_id))


def on_hours_due(f: FloorState, name: str) -> None:
    run = f.runs.get(int(name))
    if run is None or run.state not in ACTIVE:
        return
    was_open = run.hours_open
    look_at_hours(f, run)
    law.keep_reckoned(f, run)
    law.look_at(f, run)  # windows move on, also while nobody calls
    if run.hours_open is not was_open:
        f.dirty_run(run.run_id)


def settle_run(f: FloorState, run: RunLive) -> None:
    """Where the run stands now: in its hours or not, out of numbers or not (WD-137 to WD-142)."""
    law.keep_reckoned(f, run)
    if not run.hours_open:
        if run.state in IN_HOURS:
            change(f, run, RunCause.HOURS_CLOSED)
    elif run.state is WRONG_TIME:
        change(f, run, RunCause.HOURS_OPENED)
    if run.campaign.dial_mode is MANUAL:
        _settle_manual(f, run)
        return
    refill(f, run)
    if run.prepared and not (run.hopper or run.filling or run.fresh_left or run.calls) and run.next_due_utc_s is None:
        if run.campaign.idle_on_termination:
            if run.state is RunState.RUNNING:
                change(f, run, RunCause.RAN_OUT)
        elif run.state in (RunState.RUNNING, RunState.WRONG_TIME):
            change(f, run, RunCause.FINISHED)
    if run.next_due_utc_s is not None and run.next_due_utc_s > f.now.utc_s and run.state in ACTIVE:
        # Once it is past, `refill` takes it when the hopper has room: a deadline in the past would fire for ever.
        f.at(run.next_due_utc_s - f.now.utc_s, "due", str(run.run_id))


def _settle_manual(f: FloorState, run: RunLive) -> None:
    """It has nothing to prepare, and lasts until somebody removes it: the next number may come at any time."""
    if not run.prepared:
        run.prepared = True
        if run.state is RunState.RUNNABLE:
            change(f, run, RunCause.PREPARED)
    elif run.state is RunState.IDLE:  # its dial mode was changed
        change(f, run, RunCause.NUMBERS_CAME)


# Settings and links


def on_trunk_changed(f: FloorState, event: e.TrunkChanged) -> None:
    trunk = f.trunks.get(event.trunk.trunk_id)
    if trunk is None:
        f.trunks[event.trunk.trunk_id] = TrunkLive(trunk=event.trunk)
    else:
        trunk.trunk = event.trunk
    f.touch("system", "system")
    f.dirty_all_runs()


def on_campaign_changed(f: FloorState, event: e.CampaignChanged) -> None:
    """Edits apply to the live run from the next call on; calls that are up keep the settings they began with."""
    for run in f.runs.values():
        if run.campaign.campaign_id == event.campaign.campaign_id and run.state in ACTIVE:
            before, run.campaign = run.campaign.agent_ids, event.campaign
            learning.attend(f, run)
            destinations.review(f, run)
            law.look_at(f, run)
            staff(f, run, before)
            look_at_hours(f, run)
            preview.review(f, run)
            f.dirty_run(run.run_id)


def on_telephony_lost(f: FloorState, event: e.TelephonyLost) -> None:
    f.telephony_up = False
    missed.begin(f)
    f.touch("system", "system")
    f.dirty_all_runs()


def on_store_lost(f: FloorState, event: e.StoreLost) -> None:
    f.store_up = False
    for run in f.runs.values():
        run.doubtful = run.doubtful or run.filling  # members may have been taken, and the answer lost
    f.touch("system", "system")
    f.dirty_all_runs()


def on_store_back(f: FloorState, event: e.StoreBack) -> None:
    f.store_up = True
    for run in f.runs.values():
        run.filling = False
    f.touch("system", "system")
    f.dirty_all_runs()
