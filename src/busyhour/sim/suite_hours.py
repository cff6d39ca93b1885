"""R8: the hours of `core/dialer/hours.py` against an oracle of our own, over all zones: at and around all changes of
the clocks, and at random.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from zoneinfo import available_timezones

from busyhour.core.dialer import hours as ours
from busyhour.core.model.campaign import DAY_S, Hours
from busyhour.sim import hours_oracle as oracle

FROM_UTC_S, UNTIL_UTC_S = 0.0, 2_145_916_800.0  # 1970 to 2038
AROUND_S = (-1, 0, 1)
RULES_AT_ONCE = 4
LOOKS_AHEAD = 20  # instants between now and the next opening at which it must be closed
NEXT_EVERY = 500  # one check of the next opening for so many of the hours
REPORT_EVERY = 100_000
STEP_S = (1, 60, 900, 3600)


def rule(dice: Random) -> Hours:
    step = dice.choice(STEP_S)
    from_s = dice.randrange(0, DAY_S, step)
    until_s = dice.randrange(0, DAY_S + 1, step)
    if from_s == until_s:
        until_s = DAY_S if from_s == 0 else 0
    days = tuple(day for day in range(1, 8) if dice.random() < 0.7) or (dice.randint(1, 7),)
    return Hours(from_s=from_s, until_s=until_s, days=days)


def instants(names: list[str], dice: Random) -> Iterator[tuple[str, float]]:
    """All changes of all zones, one second before, at it, and one after; then any instant, for ever."""
    for name in names:
        for at in oracle.zone_of(name).changes:
            if FROM_UTC_S <= at < UNTIL_UTC_S:
                for step in AROUND_S:
                    yield name, float(at + step)
    while True:
        yield dice.choice(names), round(dice.uniform(FROM_UTC_S, UNTIL_UTC_S), dice.choice([0, 3]))


def check_hours(
    checks: int, seed: int, advance: Callable[[int], None] = lambda done: None
) -> tuple[dict[str, int], str | None]:
    """Counts, and the first difference."""
    dice = Random(f"hours {seed}")
    names = sorted(available_timezones())
    counts = {"checks": 0, "zones": len(names), "changes": 0, "next_openings": 0}
    counts["changes"] = sum(FROM_UTC_S <= at < UNTIL_UTC_S for name in names for at in oracle.zone_of(name).changes)
    rules = [rule(dice) for _ in range(RULES_AT_ONCE)]
    for n, (name, utc_s) in enumerate(islice(instants(names, dice), checks // RULES_AT_ONCE)):
        rules[n % RULES_AT_ONCE] = rule(dice)
        for one in rules:
            if ours.is_open(one, name, utc_s) is not oracle.is_open(one.from_s, one.until_s, one.days, name, utc_s):
                return counts, f"I5: {one} in {name} at {utc_s}"
        counts["checks"] += RULES_AT_ONCE
        if n % NEXT_EVERY == 0:
            counts["next_openings"] += 1
            if (found := _next_opening(rules[0], name, utc_s, dice)) is not None:
                return counts, found
        if counts["checks"] % REPORT_EVERY == 0:
            advance(counts["checks"])
    return counts, None


def _next_opening(one: Hours, name: str, utc_s: float, dice: Random) -> str | None:
    opens = ours.next_open(one, [name], utc_s)
    if opens is None:
        return f"I5: {one} in {name} after {utc_s} never opens"
    at_opening = oracle.is_open(one.from_s, one.until_s, one.days, name, opens)
    between = (dice.uniform(utc_s, opens) for _ in range(LOOKS_AHEAD if opens > utc_s else 0))
    early = [at for at in between if oracle.is_open(one.from_s, one.until_s, one.days, name, at)]
    if at_opening and not early:
        return None
    return f"I5: {one} in {name} after {utc_s}: opens at {opens}, open there {at_opening}, before {early[:1]}"
