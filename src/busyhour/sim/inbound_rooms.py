"""What a world with callers begins with beside the rest: queues with skills and overflow, numbers, agents' skills.

All is drawn with dice of its own, so worlds without callers are what they were.
"""

from random import Random
from typing import Any

import msgspec

from busyhour.core.model.campaign import Hours
from busyhour.core.model.dialed import DialedNumber, Treatment
from busyhour.core.model.opening import Opening
from busyhour.core.model.queue import (
    Announce,
    CallbackRule,
    Destination,
    DestinationKind,
    Dispatch,
    Match,
    MissRule,
    OverflowAction,
    OverflowRule,
    OverflowScope,
    OverflowTrigger,
    Queue,
    QueueMember,
    RelaxStep,
    SkillNeed,
    Sticky,
    Strategy,
)
from busyhour.core.model.values import AcwMode

KINDS = ("outbound", "inbound", "blended", "blended")  # of tenants
SKILLS = ("sales", "tech")
SALES, TECH, DESK = 1, 2, 3  # queues
KEY = "1"
WIDER_SHARE = 0.5  # of the worlds: some of their queues call back who gave up, or count all who wait
LOST_SHARE = 0.6  # of the queues of such a world
STRATEGIES = (Strategy.LONGEST_IDLE, Strategy.RRMEMORY, Strategy.LEAST_CALLS, Strategy.RING_ALL)
NEVER_HERE = Hours(days=(), from_s=0, until_s=1)
DIALED = {"100": SALES, "200": TECH, "300": DESK}
T, A, K = OverflowTrigger, OverflowAction, DestinationKind
SHUT = Treatment(
    to=(Destination(K.QUEUE, str(SALES)),),
    opening=Opening(emergency=True),
    when_closed=(Destination(K.PROMPT, "shut"),),
)


def furnish_callers(rows: Any, agents: int, dice: Random, own_dice: Random | None) -> None:
    """Every queue has somebody who may serve it, at least after a while. `own_dice`: of what only some worlds have."""
    for agent_id in range(1, agents + 1):
        skills = {skill: dice.randint(1, 9) for skill in SKILLS if agent_id == 1 or dice.random() < 0.6}
        rows.agents[agent_id] = msgspec.structs.replace(rows.agents[agent_id], skills=skills)
    for queue in _queues(agents, dice):
        rows.inbound.queues[queue.queue_id] = _wider(queue, own_dice) if own_dice is not None else queue
    rows.inbound.ageing_s = dice.choice([0.0, 0.0, 10.0])
    rows.inbound.numbers = (
        *(DialedNumber(pattern=dialed, treatment=Treatment(to=_to(K.QUEUE, one))) for dialed, one in DIALED.items()),
        DialedNumber(pattern="4XX", treatment=Treatment(to=_to(K.NUMBER, "+4930999"))),
        DialedNumber(pattern="5*", treatment=Treatment(to=(*_to(K.PROMPT, "hello"), *_to(K.QUEUE, SALES)))),
        DialedNumber(pattern="600", treatment=Treatment(to=(*_to(K.AGENT, 1), *_to(K.QUEUE, DESK)))),
        DialedNumber(pattern="700", treatment=Treatment(to=_to(K.CALLBACK, TECH))),
        DialedNumber(pattern="800", treatment=SHUT),
    )


def _to(kind: DestinationKind, target: object) -> tuple[Destination, ...]:
    return (Destination(kind, str(target)),)


def _queues(agents: int, dice: Random) -> tuple[Queue, ...]:
    return (
        Queue(
            queue_id=SALES,
            name="sales",
            skills=(SkillNeed("sales", dice.choice([1, 5])),),
            relax=(RelaxStep(after_s=15.0, levels_less=9), RelaxStep(after_s=40.0, without=("sales",))),
            callback_key=KEY,
            **_usual(dice),
        ),
        Queue(
            queue_id=TECH,
            name="tech",
            skills=(SkillNeed("tech"), SkillNeed("sales")),
            match=Match.BEST,
            relax=(RelaxStep(after_s=20.0, without=SKILLS),),
            callback_key=dice.choice(["", KEY]),
            overflow=_overflow(dice),
            **_usual(dice),
        ),
        Queue(
            queue_id=DESK,
            name="desk",
            members=tuple(QueueMember(one, tier=one % 2) for one in range(1, agents + 1)),
            relax=(RelaxStep(after_s=8.0, tier=1),),
            dispatch=dice.choice([Dispatch.INTERNAL, Dispatch.INTERNAL, Dispatch.EXTERNAL]),
            waiting_max=dice.choice([0, 3]),
            **_usual(dice),
        ),
    )


def _wider(queue: Queue, dice: Random) -> Queue:
    """Calls back who gave up; its rules count those who wait in all queues."""
    lost = dice.random() < LOST_SHARE
    scopes = [dice.choice(list(OverflowScope)) for _ in queue.overflow]
    rules = zip(queue.overflow, scopes, strict=True)
    return msgspec.structs.replace(
        queue,
        callback=msgspec.structs.replace(queue.callback, lost=lost),
        overflow=tuple(msgspec.structs.replace(rule, scope=scope) for rule, scope in rules),
    )


def _usual(dice: Random) -> dict[str, Any]:
    return {
        "priority": dice.choice([1, 5, 9, 256]),
        "strategy": dice.choice(STRATEGIES),
        "acw_mode": dice.choice([AcwMode.NONE, AcwMode.MAX]),
        "acw_max_s": 5.0,
        "call_max_s": dice.choice([0.0, 0.0, 20.0]),
        "sticky": Sticky(wait_s=dice.choice([0.0, 5.0])),
        "miss": MissRule(ring_timeout_s=dice.choice([4.0, 8.0]), rest_s=dice.choice([0.0, 5.0]), pause_after=3),
        "callback": CallbackRule(
            hours=NEVER_HERE if dice.random() < 0.1 else Hours(),
            attempts_max=dice.choice([1, 2, 3]),
            retry_s=20.0,
            expires_s=dice.choice([60.0, 300.0]),
        ),
        "announce": Announce(
            welcome=dice.choice([None, "welcome"]),
            place_every_s=dice.choice([0.0, 6.0]),
            wait=dice.random() < 0.5,
            whisper=dice.choice([None, None, "whisper"]),
            callback=dice.choice([None, "promised"]),
        ),
        "trunk_ids": (1,),
        "caller_id": "+4930555",
    }


def _overflow(dice: Random) -> tuple[OverflowRule, ...]:
    """Some of them, in any order."""
    rules = [
        OverflowRule(trigger=T.WAITED, threshold=10.0, action=A.ANNOUNCE_THEN_QUEUE, to_tail=dice.random() < 0.3),
        OverflowRule(trigger=T.WAITED, threshold=18.0, action=A.OFFER_CALLBACK, prompt="callback"),
        OverflowRule(trigger=T.SIZE, threshold=4, action=A.TRANSFER, destination=_to(K.QUEUE, DESK)[0]),
        OverflowRule(trigger=T.WAITED, threshold=35.0, action=A.TRANSFER, destination=_to(K.NUMBER, "+4930999")[0]),
        OverflowRule(trigger=T.NO_AGENTS, action=A.ANNOUNCE_THEN_HANGUP, waiting_too=dice.random() < 0.5),
        OverflowRule(trigger=T.EWT, threshold=60.0, action=A.REJECT),
    ]
    return tuple(dice.sample(rules, dice.randint(1, len(rules))))
