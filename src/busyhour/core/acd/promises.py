"""Callbacks that keep their callers' places: promised, dialed when their turn has come, ended once (U-34, I22).

A promise stands in the queue like a caller, with the age that the caller had, so its turn comes when theirs would have
come. A number has one promise in a queue at most: who asks twice is called once, at the older place. Every change is a
step of `CALLBACK_LIFE`, which has no way from a callback that is done to another dial.

Whether it may be dialed at all (hours where the caller is, do-not-call) the transaction says that commits the dial, as
for every other call (`may_call_back`). What is not allowed now is put off, and keeps its place.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from busyhour.core.dialer.hours import ZONE_AGAIN_S, is_open_everywhere, next_open, zone_known, zones_of
from busyhour.core.dialer.may_dial import NUMBER_LIVE_WAIT_S, YES, Verdict
from busyhour.core.life.callback import CALLBACK_LIFE, OPEN, CallbackCause, CallbackState
from busyhour.core.life.table import step
from busyhour.core.model.callers import Callback
from busyhour.core.model.values import Refusal

NUMBER: Final = re.compile(r"\+?[0-9]{1,24}")
PROMISES_MAX: Final = 10_000  # open ones of a shard; beyond it callers are asked to wait or call again

WHY: Final[Mapping[str, str]] = {
    Refusal.DNC: "the number is on the do-not-call list",
    Refusal.NUMBER_LIVE: "a call with this number is up or on its way",
    Refusal.OUT_OF_HOURS_CALLEE: "it is outside the hours of the queue's rule where they are",
    Refusal.ZONE_UNKNOWN: "what time it is where they are is not known",
    Refusal.CONTACT_CLOSED: "it was ended meanwhile",
}
"""Of refusals, as people read them."""


class CallbackPicture(Struct, frozen=True, kw_only=True):
    """What the decision looks at, when its turn has come."""

    utc_s: float
    zones: tuple[str, ...]  # every zone that the number may be in
    on_dnc: bool
    number_live: bool  # a call to this number is up or on its way


def may_call_back(callback: Callback, picture: CallbackPicture) -> Verdict:
    """Who asked to be called back has not been called for that; but who says since that they must not be called at all
    is not."""
    if picture.on_dnc:
        return Verdict(refusal=Refusal.DNC)
    if picture.number_live:
        return Verdict(refusal=Refusal.NUMBER_LIVE, due_utc_s=picture.utc_s + NUMBER_LIVE_WAIT_S)
    zones = zones_of(None, picture.zones)
    if is_open_everywhere(callback.rule.hours, zones, picture.utc_s):
        return YES
    if not all(zone_known(name) for name in zones):
        return Verdict(refusal=Refusal.ZONE_UNKNOWN, due_utc_s=picture.utc_s + ZONE_AGAIN_S)
    due = next_open(callback.rule.hours, zones, picture.utc_s)
    return Verdict(refusal=Refusal.OUT_OF_HOURS_CALLEE, due_utc_s=due)


@dataclass(slots=True)
class Promises:
    """The open callbacks of a shard."""

    callbacks: dict[str, Callback] = field(default_factory=dict)
    _by_number: dict[tuple[int, str], str] = field(default_factory=dict)

    def restore(self, callback: Callback) -> None:
        """As stored, by the engine before us."""
        assert callback.state in OPEN, "what has ended stays so"
        self.callbacks[callback.callback] = callback
        self._by_number[callback.queue_id, callback.number] = callback.callback

    def promise(self, callback: Callback) -> Callback | None:
        """Keep this promise; or the one that the number has in this queue already, at the older of both places. None:
        too many are open, or there is no number that could be dialed."""
        known = self.of_number(callback.queue_id, callback.number)
        if known is not None:
            known.since_utc_s = min(known.since_utc_s, callback.since_utc_s)
            return known
        if not NUMBER.fullmatch(callback.number) or len(self.callbacks) >= PROMISES_MAX:
            return None
        self.restore(callback)
        return callback

    def of_number(self, queue_id: int, number: str) -> Callback | None:
        name = self._by_number.get((queue_id, number))
        return self.callbacks[name] if name is not None else None

    # Its turn

    def dials(self, name: str) -> None:
        """It is being dialed now. Whether that is allowed, the transaction that commits the dial says (`refused`)."""
        callback = self.callbacks[name]
        self._move(callback, CallbackCause.TURN_CAME, "is being dialed")
        callback.attempts += 1

    def refused(self, name: str, reason: str, due_utc_s: float | None) -> None:
        """It was not dialed, for a reason of the law or of the moment: put off, or given up."""
        callback = self.callbacks[name]
        callback.attempts -= 1
        self._move(callback, CallbackCause.NOT_SENT, "waits for its turn")
        if due_utc_s is None or due_utc_s >= callback.expires_utc_s:
            self._give_up(callback, _not_called(reason))
        else:
            self._put_off(callback, CallbackCause.NOT_YET, due_utc_s, _not_called(reason, yet=True))

    def put_off(self, name: str, due_utc_s: float, why: str) -> None:
        """Something else than the law is in the way; given up, when it would be too late then."""
        callback = self.callbacks[name]
        if due_utc_s >= callback.expires_utc_s:
            self._give_up(callback, "nobody could call back in time")
        elif callback.state is CallbackState.WAITING:
            self._put_off(callback, CallbackCause.NOT_YET, due_utc_s, why)

    def due(self, name: str, utc_s: float) -> bool:
        """Its time has come: it waits for its turn again, at its old place."""
        callback = self.callbacks.get(name)
        if callback is None or callback.state is not CallbackState.PUT_OFF or utc_s < (callback.due_utc_s or 0.0):
            return False
        callback.due_utc_s = None
        self._move(callback, CallbackCause.DUE, "waits for its turn")
        return True

    # What came of the dial

    def not_sent(self, name: str) -> None:
        """There is proof that nobody was dialed, so it was no attempt."""
        callback = self.callbacks[name]
        callback.attempts -= 1
        self._move(callback, CallbackCause.NOT_SENT, "waits for its turn")

    def reached(self, name: str) -> None:
        self._move(self.callbacks[name], CallbackCause.REACHED, "called back")

    def unreached(self, name: str, utc_s: float) -> None:
        """Busy, no answer, or no proof of what became of it: again by the rule, while the promise holds."""
        callback = self.callbacks[name]
        due_utc_s = utc_s + callback.rule.retry_s
        if callback.attempts >= callback.rule.attempts_max or due_utc_s >= callback.expires_utc_s:
            self._give_up(callback, f"not reached in {callback.attempts} attempts")
        else:
            again = f"not reached in {callback.attempts} of {callback.rule.attempts_max} attempts"
            self._put_off(callback, CallbackCause.UNREACHED, due_utc_s, again)

    def came_back(self, queue_id: int, number: str) -> float | None:
        """The caller is on the line by themselves: nobody need call them, and they have their place. From when it
        counts; None: they had none."""
        callback = self.of_number(queue_id, number)
        if callback is None:
            return None
        self._move(callback, CallbackCause.CAME_BACK, "the caller called again")
        return callback.since_utc_s

    def cancel(self, name: str, why: str) -> None:
        callback = self.callbacks.get(name)
        if callback is not None:
            self._give_up(callback, why)

    def _put_off(self, callback: Callback, cause: CallbackCause, due_utc_s: float, why: str) -> None:
        callback.due_utc_s = due_utc_s
        self._move(callback, cause, why)

    def _give_up(self, callback: Callback, why: str) -> None:
        self._move(callback, CallbackCause.GAVE_UP, why)

    def _move(self, callback: Callback, cause: CallbackCause, why: str) -> None:
        callback.state, callback.why = step(CALLBACK_LIFE, callback.state, cause), why
        if callback.state not in OPEN:
            del self.callbacks[callback.callback]
            del self._by_number[callback.queue_id, callback.number]


def _not_called(refusal: str, *, yet: bool = False) -> str:
    return f"may not be called{' yet' if yet else ''}: {WHY.get(refusal, refusal)}"
