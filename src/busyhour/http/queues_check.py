"""The limits of a queue's settings: one fault at a time, with the field and what to do."""

import re
from typing import Final

import msgspec

from busyhour.core.model.campaign import DAY_S
from busyhour.core.model.queue import (
    ANNOUNCE_PROMPTS,
    LEVEL_MAX,
    DestinationKind,
    OverflowAction,
    OverflowRule,
    OverflowScope,
    OverflowTrigger,
    Queue,
)
from busyhour.http.campaigns_check import check_hours
from busyhour.http.opening_check import check_opening
from busyhour.http.recording_check import check_days
from busyhour.http.skills_check import needs_kept, skill_named
from busyhour.http.things_known import Known, check_destination, check_ids, check_prompt
from busyhour.service.accounts import check_name
from busyhour.service.errors import Invalid

STEPS_MAX: Final = 20
TIER_MAX: Final = 100
MEMBERS_MAX: Final = 10_000
RULES_MAX: Final = 50
PREFIX_LENGTH_MAX: Final = 40
PLACE_EVERY_MIN_S: Final = 10.0
CALLER_ID: Final = re.compile(r"\+?[0-9]{0,15}")
KEY: Final = re.compile(r"[0-9*#]?")

Limits = tuple[tuple[str, float, float, str], ...]

NUMBERS: Final[Limits] = (
    ("priority", 0, 256, "0 (most urgent) to 256"),
    ("acw_max_s", 0, 7200, "0 to 7200 seconds"),
    ("call_max_s", 0, DAY_S, "0 (no limit) to 86400 seconds"),
    ("waiting_max", 0, 10_000, "0 (no limit of its own) to 10000 calls"),
)
INBOUND: Final[Limits] = (
    ("ageing_s", 0, 3600, "0 (urgent callers always go first) to 3600 seconds"),
    ("acw_s", 0, 7200, "0 (as each queue and campaign says) to 7200 seconds"),
)
STICKY: Final[Limits] = (
    ("wait_s", 0, 3600, "0 to 3600 seconds"),
    ("window_s", 0, 90 * DAY_S, f"0 (off) to {90 * DAY_S} seconds"),
)
MISS: Final[Limits] = (
    ("ring_timeout_s", 5, 120, "5 to 120 seconds"),
    ("rest_s", 0, 600, "0 to 600 seconds"),
    ("pause_after", 0, 20, "0 (never paused) to 20 misses in a row"),
)
CALLBACK: Final[Limits] = (
    ("attempts_max", 1, 20, "1 to 20 attempts"),
    ("retry_s", 30, DAY_S, f"30 to {DAY_S} seconds"),
    ("expires_s", 60, 30 * DAY_S, f"60 to {30 * DAY_S} seconds"),
)

WITH_THRESHOLD: Final = frozenset({OverflowTrigger.EWT, OverflowTrigger.SIZE, OverflowTrigger.WAITED})
ALSO_WAITING: Final = frozenset({OverflowTrigger.NO_AGENTS, OverflowTrigger.CLOSED})
DIALED: Final = frozenset({DestinationKind.NUMBER, DestinationKind.CALLBACK})
SAYS: Final = frozenset({OverflowAction.ANNOUNCE_THEN_HANGUP, OverflowAction.ANNOUNCE_THEN_QUEUE})


def checked(queue: Queue, known: Known) -> Queue:
    """The queue as it is to be stored: its names trimmed, its skills in lower case."""
    queue = msgspec.structs.replace(
        queue,
        name=check_name(queue.name),
        skills=needs_kept(queue.skills, "skills"),
        relax=tuple(
            msgspec.structs.replace(
                step, without=tuple(skill_named(skill, f"relax[{n}].without") for skill in step.without)
            )
            for n, step in enumerate(queue.relax)
        ),
    )
    check_limits(queue, NUMBERS, "")
    check_days(queue.recording_days, "recording_days")
    check_who(queue, known)
    check_limits(queue.sticky, STICKY, "sticky.")
    check_limits(queue.miss, MISS, "miss.")
    check_opening(queue.opening, "opening")
    check_announcements(queue, known)
    if len(queue.overflow) > RULES_MAX:
        raise Invalid(f"A queue has at most {RULES_MAX} overflow rules.", field="overflow")
    for n, rule in enumerate(queue.overflow):
        check_rule(queue, rule, known, f"overflow[{n}]")
    check_outside(queue, known)
    if not 0 < queue.level_s[0] <= queue.level_s[1] <= 3600:
        text = "The service level has two thresholds: seconds above 0, the smaller first, at most 3600."
        raise Invalid(text, field="level_s")
    return queue


def check_limits(part: msgspec.Struct, limits: Limits, prefix: str) -> None:
    for field, least, most, text in limits:
        if not least <= getattr(part, field) <= most:
            raise Invalid(f"{field}: {text}.", field=f"{prefix}{field}")


def check_who(queue: Queue, known: Known) -> None:
    """Whom it asks: skills, relaxing, members."""
    if len(queue.relax) > STEPS_MAX:
        raise Invalid(f"A queue asks for less in at most {STEPS_MAX} steps.", field="relax")
    asked, before_s = {need.skill for need in queue.skills}, 0.0
    for n, step in enumerate(queue.relax):
        if not before_s < step.after_s <= DAY_S:
            raise Invalid("Each step comes later than the one before, within a day.", field=f"relax[{n}].after_s")
        if not 0 <= step.levels_less < LEVEL_MAX:
            raise Invalid(f"Levels are lowered by 0 to {LEVEL_MAX - 1}.", field=f"relax[{n}].levels_less")
        if not set(step.without) <= asked:
            text = "Only skills that the queue asks for can be let go. Leave out the others."
            raise Invalid(text, field=f"relax[{n}].without")
        if not 0 <= step.tier <= TIER_MAX:
            raise Invalid(f"A tier is 0 to {TIER_MAX}.", field=f"relax[{n}].tier")
        before_s = step.after_s
    if len(queue.members) > MEMBERS_MAX:
        raise Invalid(f"A queue has at most {MEMBERS_MAX} members.", field="members")
    check_ids([member.agent_id for member in queue.members], known.agent_ids, "agent", "members")
    for n, member in enumerate(queue.members):
        if not 0 <= member.tier <= TIER_MAX:
            raise Invalid(f"A tier is 0 to {TIER_MAX}.", field=f"members[{n}].tier")


def check_announcements(queue: Queue, known: Known) -> None:
    said = queue.announce
    for field in ANNOUNCE_PROMPTS:
        check_prompt(known, getattr(said, field), f"announce.{field}")
    if said.language and said.language not in known.languages:
        spoken = ", ".join(sorted(known.languages))
        raise Invalid(f"The voice speaks {spoken}. Choose one of them, or none for English.", field="announce.language")
    if said.place_every_s and not PLACE_EVERY_MIN_S <= said.place_every_s <= 3600:
        text = f"The place is said every {PLACE_EVERY_MIN_S:g} to 3600 seconds, or never (0)."
        raise Invalid(text, field="announce.place_every_s")
    if len(queue.prefix) > PREFIX_LENGTH_MAX or (queue.prefix and not queue.prefix.isprintable()):
        raise Invalid(f"The prefix has at most {PREFIX_LENGTH_MAX} characters.", field="prefix")


def check_rule(queue: Queue, rule: OverflowRule, known: Known, field: str) -> None:
    if not 0 <= rule.threshold <= DAY_S or (rule.threshold and rule.trigger not in WITH_THRESHOLD):
        text = f"The threshold is 0 (off) to {DAY_S}; only the triggers ewt, size and waited have one."
        raise Invalid(text, field=f"{field}.threshold")
    if rule.scope is OverflowScope.GLOBAL and rule.trigger is not OverflowTrigger.SIZE:
        raise Invalid("Only the trigger size counts the callers of all queues.", field=f"{field}.scope")
    if rule.waiting_too and rule.trigger not in ALSO_WAITING:
        text = "Only the triggers no_agents and closed can be for those who wait already."
        raise Invalid(text, field=f"{field}.waiting_too")
    check_prompt(known, rule.prompt, f"{field}.prompt")
    if rule.action in SAYS and rule.prompt is None:
        raise Invalid("Choose the message that the caller hears.", field=f"{field}.prompt")
    if (rule.destination is not None) is not (rule.action is OverflowAction.TRANSFER):
        text = "A transfer has a destination, and no other action has one."
        raise Invalid(text, field=f"{field}.destination")
    if rule.destination is not None:
        check_destination(known, rule.destination, f"{field}.destination", in_queue=True)
        if rule.destination.kind is DestinationKind.QUEUE and rule.destination.target == str(queue.queue_id):
            text = "A queue cannot send its callers to itself. Choose another destination."
            raise Invalid(text, field=f"{field}.destination.target")


def check_outside(queue: Queue, known: Known) -> None:
    """What the queue dials: callbacks, and numbers that callers are sent on to."""
    check_limits(queue.callback, CALLBACK, "callback.")
    check_hours(queue.callback.hours, "callback.hours")
    check_ids(queue.trunk_ids, known.trunk_ids, "trunk", "trunk_ids")
    if not KEY.fullmatch(queue.callback_key):
        raise Invalid("The key is one of 0 to 9, * and #, or nothing.", field="callback_key")
    if not CALLER_ID.fullmatch(queue.caller_id):
        text = "The caller ID is a number: up to 15 digits, with a + before them or not."
        raise Invalid(text, field="caller_id")
    if dials(queue) and not queue.trunk_ids:
        text = "Callbacks and transfers to numbers outside need a trunk. Choose one."
        raise Invalid(text, field="trunk_ids")


def dials(queue: Queue) -> bool:
    return (
        queue.callback.lost
        or bool(queue.callback_key)
        or any(
            rule.action is OverflowAction.OFFER_CALLBACK
            or (rule.destination is not None and rule.destination.kind in DIALED)
            for rule in queue.overflow
        )
    )
