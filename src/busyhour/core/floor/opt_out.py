"""The callee presses a key while our message plays: the number goes on the do-not-call list (16 CFR 310.4(b)(4)).

Only what is written is confirmed. Until it is, the message plays on, and its end does not end the call; while the store
is away the call ends after `WRITTEN_S` all the same, and what was asked for waits with all other records.
"""

from busyhour.core import events as e
from busyhour.core.commands import OptOut
from busyhour.core.dialer.retry import Retry
from busyhour.core.floor import callers, calls, preview
from busyhour.core.floor.call_live import DialedCall
from busyhour.core.floor.state import FloorState
from busyhour.core.life.call import HEARS_US

WRITTEN_S = 5.0
NEVER_AGAIN = Retry(due_utc_s=None, why="the callee asked by key not to be called again")


def on_digit_pressed(f: FloorState, event: e.DigitPressed) -> None:
    call = f.calls.get(event.call)
    caller = f.callers.get(event.call)
    if caller is not None:
        callers.on_digit(f, caller, event.digit)
    if call is None or call.state not in HEARS_US or call.opted_out:
        return
    if event.digit != call.campaign.compliance.opt_out_key:
        return
    call.opted_out = True
    f.at(WRITTEN_S, "opt-out", call.call)
    f.touch("calls", call.call)
    f.do(OptOut(call=call.call, number=call.item.number, at_utc_s=f.now.utc_s))


def on_number_opted_out(f: FloorState, event: e.NumberOptedOut) -> None:
    """It is written."""
    preview.on_numbers_listed(f, e.NumbersListed(numbers=(event.number,)))
    call = f.calls.get(event.call)
    if call is not None and call.state in HEARS_US and f.is_due("opt-out", call.call):
        f.drop("opt-out", call.call)
        confirm(f, call)


def confirm(f: FloorState, call: DialedCall) -> None:
    """Say so, where there is a prompt for it; then the call ends."""
    prompt = call.campaign.compliance.opt_out_prompt
    if prompt is None:
        calls.hang_up(f, call)
    else:
        calls.play(f, call, prompt)


def holds_end(f: FloorState, call: DialedCall) -> bool:
    """Whether the call has to be kept up until the list has its number."""
    return f.is_due("opt-out", call.call)


def on_opt_out_due(f: FloorState, name: str) -> None:
    """Not written yet. What still plays is heard out; silence is not to be had."""
    call = f.calls.get(name)
    if call is not None and call.state in HEARS_US and call.prompt_over:
        calls.hang_up(f, call)
