"""Callbacks that keep their place: whatever happens, nobody is called back twice or out of hours, and none is lost."""

from random import Random

import pytest

from busyhour.core.acd.leavers import LEAVERS_MAX, Leavers
from busyhour.core.acd.promises import PROMISES_MAX, CallbackPicture, Promises
from busyhour.core.life.callback import OPEN, CallbackState
from busyhour.core.life.table import IllegalStep
from busyhour.core.model.callers import Callback
from busyhour.core.model.campaign import Hours
from busyhour.core.model.queue import CallbackRule
from tests.core.acd.turns import turn_came
from tests.core.story import NOON_UTC_S

ALWAYS = Hours()
OFFICE = Hours(from_s=9 * 3600, until_s=17 * 3600)
HOUR_S = 3_600.0


def callback(name: str = "k1", number: str = "+4930", since_s: float = 0.0, **rule: object) -> Callback:
    usual = {"hours": ALWAYS, "attempts_max": 2, "retry_s": 300.0, "expires_s": 24 * HOUR_S}
    return Callback(
        callback=name,
        queue_id=1,
        number=number,
        rule=CallbackRule(**{**usual, **rule}),  # type: ignore[arg-type]
        since_utc_s=NOON_UTC_S + since_s,
        promised_utc_s=NOON_UTC_S,
    )


def picture(after_s: float = 0.0, *, on_dnc: bool = False, number_live: bool = False) -> CallbackPicture:
    return CallbackPicture(utc_s=NOON_UTC_S + after_s, zones=("Europe/Berlin",), on_dnc=on_dnc, number_live=number_live)


def told(one: Callback) -> str:
    return f"{one.state}: {one.why}"


def test_a_promise_is_dialed_when_its_turn_comes_and_done_when_reached() -> None:
    promises = Promises()
    one = promises.promise(callback())
    assert one is not None
    assert turn_came(promises, "k1", picture())
    promises.reached("k1")
    assert (told(one), one.attempts, promises.callbacks) == ("done: called back", 1, {})


def test_what_is_done_is_never_dialed_again() -> None:
    promises = Promises()
    one = promises.promise(callback())
    assert one is not None
    assert turn_came(promises, "k1", picture())
    with pytest.raises(IllegalStep):
        turn_came(promises, "k1", picture())
    promises.reached("k1")
    with pytest.raises(KeyError):
        turn_came(promises, "k1", picture())


def test_who_asks_twice_has_one_promise_at_the_older_place() -> None:
    promises = Promises()
    promises.promise(callback("k1", since_s=-60.0))
    again = promises.promise(callback("k2", since_s=-90.0))
    assert again is not None
    assert (again.callback, again.since_utc_s, len(promises.callbacks)) == ("k1", NOON_UTC_S - 90.0, 1)


def test_out_of_hours_it_is_put_off_and_keeps_its_place() -> None:
    promises = Promises()
    one = promises.promise(callback(hours=OFFICE, since_s=-60.0))
    assert one is not None
    evening_s = 6 * HOUR_S  # 20:00 in Berlin
    assert not turn_came(promises, "k1", picture(evening_s))
    assert told(one) == "put_off: may not be called yet: it is outside the hours of the queue's rule where they are"
    assert one.due_utc_s == NOON_UTC_S + 19 * HOUR_S  # 9:00 in Berlin
    assert not promises.due("k1", one.due_utc_s - 1.0)
    assert promises.due("k1", one.due_utc_s)
    assert (told(one), one.since_utc_s) == ("waiting: waits for its turn", NOON_UTC_S - 60.0)
    assert turn_came(promises, "k1", picture(19 * HOUR_S))


def test_who_is_on_the_do_not_call_list_since_is_not_called() -> None:
    promises = Promises()
    one = promises.promise(callback())
    assert one is not None
    assert not turn_came(promises, "k1", picture(on_dnc=True))
    assert told(one) == "given_up: may not be called: the number is on the do-not-call list"


def test_who_is_on_the_line_already_is_called_later() -> None:
    promises = Promises()
    one = promises.promise(callback())
    assert one is not None
    assert not turn_came(promises, "k1", picture(number_live=True))
    assert told(one) == "put_off: may not be called yet: a call with this number is up or on its way"


def test_it_is_tried_again_by_the_rule_and_then_given_up() -> None:
    promises = Promises()
    one = promises.promise(callback())
    assert one is not None
    assert turn_came(promises, "k1", picture())
    promises.unreached("k1", NOON_UTC_S + 20.0)
    assert told(one) == "put_off: not reached in 1 of 2 attempts"
    assert promises.due("k1", NOON_UTC_S + 320.0)
    assert turn_came(promises, "k1", picture(330.0))
    promises.unreached("k1", NOON_UTC_S + 350.0)
    assert told(one) == "given_up: not reached in 2 attempts"


def test_a_promise_that_is_too_old_is_given_up_rather_than_kept_by_surprise() -> None:
    promises = Promises()
    one = promises.promise(callback(expires_s=HOUR_S))
    assert one is not None
    assert not turn_came(promises, "k1", picture(HOUR_S))
    assert told(one) == "given_up: nobody could call back in time"


def test_who_calls_again_has_their_place_and_is_not_called() -> None:
    promises = Promises()
    one = promises.promise(callback(since_s=-60.0))
    assert one is not None
    assert promises.came_back(1, "+4930") == NOON_UTC_S - 60.0
    assert told(one) == "done: the caller called again"
    assert promises.came_back(1, "+4930") is None


def test_nobody_is_promised_what_cannot_be_kept() -> None:
    promises = Promises()
    assert promises.promise(callback(number="")) is None
    for n in range(PROMISES_MAX):
        assert promises.promise(callback(f"k{n}", f"+{n}")) is not None
    assert promises.promise(callback("one too many", "+one")) is None


@pytest.mark.parametrize("seed", range(40))
def test_no_history_calls_anybody_twice_or_loses_a_promise(seed: int) -> None:
    dice, promises, now_s = Random(seed), Promises(), 0.0
    kept: dict[str, Callback] = {}
    dialed, reached = dict[str, int](), dict[str, int]()
    for n in range(150):
        now_s += dice.expovariate(1 / 600.0)
        if dice.random() < 0.2:
            made = promises.promise(callback(f"k{n}", f"+{dice.randrange(4)}", now_s, hours=OFFICE))
            assert made is not None
            made.promised_utc_s = min(made.promised_utc_s, NOON_UTC_S + now_s)
            kept[made.callback] = made
        name = dice.choice(list(promises.callbacks) or ["none"])
        one = promises.callbacks.get(name)
        if one is None:
            continue
        what = dice.random()
        if one.state is CallbackState.WAITING and what < 0.7:
            if turn_came(promises, name, picture(now_s, on_dnc=dice.random() < 0.02)):
                dialed[name] = dialed.get(name, 0) + 1
                hour = (12 + 2 + now_s / HOUR_S) % 24  # in Berlin
                assert 9 <= hour < 17
        elif one.state is CallbackState.DIALING:
            if what < 0.4:
                reached[name] = reached.get(name, 0) + 1
                promises.reached(name)
            elif what < 0.8:
                promises.unreached(name, NOON_UTC_S + now_s)
            else:
                dialed[name] -= 1
                promises.not_sent(name)
        elif what < 0.05:
            promises.came_back(1, one.number)
        else:
            promises.due(name, NOON_UTC_S + now_s)
    for name, one in kept.items():
        assert (one.state in OPEN) == (name in promises.callbacks), "open ones are known, and no others"
        assert one.why
        assert dialed.get(name, 0) == one.attempts <= one.rule.attempts_max
        assert reached.get(name, 0) == (one.why == "called back") <= 1


# Who hung up


def test_who_calls_again_soon_has_the_old_place_once() -> None:
    leavers = Leavers(keep_s=120.0)
    leavers.left(1, "+4930", since_utc_s=100.0, now_utc_s=160.0)
    assert leavers.place_of(2, "+4930", 200.0) is None, "another queue"
    assert leavers.place_of(1, "+4930", 200.0) == 100.0
    assert leavers.place_of(1, "+4930", 201.0) is None, "once"


def test_who_calls_again_too_late_or_without_a_number_begins_anew() -> None:
    leavers = Leavers(keep_s=120.0)
    leavers.left(1, "+4930", since_utc_s=100.0, now_utc_s=160.0)
    leavers.left(1, "", since_utc_s=100.0, now_utc_s=160.0)
    assert leavers.place_of(1, "+4930", 281.0) is None
    assert leavers.place_of(1, "", 161.0) is None
    assert len(leavers) == 0


@pytest.mark.covers("I42")
def test_only_so_many_are_remembered() -> None:
    leavers = Leavers(keep_s=120.0)
    for n in range(LEAVERS_MAX + 5):
        leavers.left(1, f"+{n}", since_utc_s=1.0, now_utc_s=2.0)
    assert len(leavers) == LEAVERS_MAX
    leavers.left(1, "+4930", since_utc_s=1.0, now_utc_s=500.0)
    assert len(leavers) == 1
