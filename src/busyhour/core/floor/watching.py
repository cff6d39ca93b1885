"""A run whose results are bad stops by itself (MZ-099), with the reason in words, and waits for somebody to look.

Who lets it go on has looked: it is then judged by the attempts made since, so it does not stop again at the next one.
What an engine has seen goes with it: the next one looks at its own attempts.
"""

from busyhour.core.dialer.watch import Result, fault_of, is_on
from busyhour.core.floor import runs
from busyhour.core.floor.call_live import DialedCall
from busyhour.core.floor.run_live import RunLive
from busyhour.core.floor.state import FloorState
from busyhour.core.life.run import RunCause, RunState
from busyhour.core.model.values import Outcome

TELLS_NOTHING = (None, Outcome.CANCELLED, Outcome.LOST, Outcome.SYSTEM_ERROR)
GOES_ON = (RunState.RUNNING, RunState.IDLE, RunState.WRONG_TIME)


def note_ended(f: FloorState, run: RunLive, call: DialedCall, talk_s: float) -> None:
    """This call is over, with its outcome; it lasted so long by its record, whatever the clock was set to."""
    watch = run.campaign.watch
    if not is_on(watch):
        run.results.clear()
        return
    if call.outcome in TELLS_NOTHING or call.by_hand:
        return
    answered = call.answered_utc_s is not None
    run.results.append(Result(answered, answered and talk_s < watch.short_s))
    while len(run.results) > watch.attempts:
        run.results.popleft()
    fault = fault_of(watch, run.results)
    if fault and run.state in GOES_ON:
        halt(f, run, fault)


def halt(f: FloorState, run: RunLive, fault: str) -> None:
    watch = run.campaign.watch
    run.results.clear()
    run.halted = run.why = f"{'removed' if watch.removes else 'paused'} by itself: {fault}"
    runs.change(f, run, RunCause.REMOVED if watch.removes else RunCause.PAUSED)


def let_go_on(run: RunLive) -> None:
    run.results.clear()
    run.halted = ""
