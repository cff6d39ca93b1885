"""Rows and views of inbound traffic, for the fake API."""

import time
from typing import Any, Final

import msgspec

from busyhour.core.life.callback import CallbackState
from busyhour.core.model.callers import CallerOutcome
from busyhour.core.model.opening import Holiday, Opening
from busyhour.core.model.queue import (
    Announce,
    Destination,
    DestinationKind,
    OverflowAction,
    OverflowRule,
    OverflowTrigger,
    Queue,
    QueueMember,
    RelaxStep,
    SkillNeed,
)

Row = dict[str, Any]
MUSIC: Final = "p1-1-abc"  # the one prompt that there is


def plain(record: msgspec.Struct) -> Row:
    row: Row = msgspec.json.decode(msgspec.json.encode(record))
    return row


def queue(queue_id: int, name: str, **more: Any) -> Row:
    return plain(Queue(queue_id=queue_id, name=name, **more))


CHRISTMAS: Final = Holiday(day="2026-12-25", name="Christmas")
QUEUES: Final[list[Row]] = [
    queue(
        1,
        "Sales",
        skills=(SkillNeed("sales", 3), SkillNeed("german", 1)),
        relax=(RelaxStep(after_s=30, levels_less=1), RelaxStep(after_s=90, without=("german",), tier=1)),
        members=(QueueMember(1, tier=1),),
        opening=Opening(holidays=(CHRISTMAS,), time_zone="Europe/Zurich"),
        announce=Announce(welcome=MUSIC, place_every_s=60),
        overflow=(
            OverflowRule(trigger=OverflowTrigger.WAITED, threshold=120, action=OverflowAction.OFFER_CALLBACK),
            OverflowRule(
                trigger=OverflowTrigger.NO_AGENTS,
                action=OverflowAction.TRANSFER,
                destination=Destination(DestinationKind.QUEUE, "2"),
                prompt=MUSIC,
                waiting_too=True,
            ),
            OverflowRule(
                trigger=OverflowTrigger.EWT, threshold=300, action=OverflowAction.ANNOUNCE_THEN_QUEUE, prompt=MUSIC
            ),
        ),
        callback_key="1",
        trunk_ids=(1,),
        prefix="SALES",
    ),
    queue(2, "Support in the evening", opening=Opening(emergency=True, time_zone="Europe/Zurich")),
]
NUMBERS: Final[list[Row]] = [
    {
        "number_id": 1, "pattern": "+4144555XX*", "label": "The line on the website",
        "treatment": {
            "to": [{"kind": "queue", "target": "1"}, {"kind": "number", "target": "+41445550199"}],
            "opening": plain(Opening(holidays=(CHRISTMAS,), time_zone="Europe/Zurich")),
            "when_closed": [{"kind": "callback", "target": "1"}], "prompts": {"holiday": MUSIC},
        },
    }
]  # fmt: skip


def caller(number: int) -> Row:
    outcomes = [str(outcome) for outcome in CallerOutcome]
    outcome = outcomes[number % len(outcomes)] if number else None
    arrived = time.time() - 300 - 60 * number
    handled = outcome == "HANDLED"
    return {
        "call": f"i1-{number}.1", "dialed": "+41445550100", "number": f"+4144555{number:04d}" if number != 3 else "",
        "name": "ACME Rockets" if number % 2 else "", "queue_id": 1, "queue_name": "Sales",
        "agent_id": 1 if handled else None, "agent_name": "Ann Ames" if handled else None, "arrived_utc_s": arrived,
        "answered_utc_s": arrived + 1, "joined_utc_s": arrived + 20 if handled else None,
        "ended_utc_s": arrived + 200 if outcome else None, "wait_s": 20.0, "talk_s": 180.0 if handled else 0.0,
        "outcome": outcome, "cause": "normal" if outcome else None, "disposition": "SALE" if handled else None,
        "note": "Wants an offer" if number % 4 == 1 else None, "callback": number % 5 == 4,
        "contact_id": number or None,
        "why": "rule 2: has waited 120 s",
    }  # fmt: skip


CALLBACKS: Final[list[Row]] = [
    {
        "callback": f"k1-{n}", "queue_id": 1, "number": f"+4144555{n:04d}", "name": "", "rule": QUEUES[0]["callback"],
        "since_utc_s": time.time() - 60 * n, "promised_utc_s": time.time() - 30 * n, "state": str(state),
        "attempts": n % 3, "due_utc_s": time.time() + 300 if state == "put_off" else None,
        "why": "waits for its turn", "source": "lost" if n % 2 else "caller",
    }
    for n, state in enumerate(CallbackState, 1)
]  # fmt: skip
OFFERS: Final[list[Row]] = [{"call": "i1-10.1", "agent_ids": [1, 6]}]
DESTINATIONS: Final[Row] = {
    "queues": [{"queue_id": 1, "name": "Sales", "waiting": 2, "agents_free": 0}],
    "agents": [{"agent_id": 2, "name": "Bob Berg", "state": "available"}],
    "numbers": True,
}


def figures(quarter: int, from_utc_s: float) -> Row:
    answered, abandoned, sent_on = (7 * quarter) % 11 + 2, quarter % 4, int(quarter % 5 == 0)
    counts = {"entered": answered + abandoned + sent_on, "answered": answered, "abandoned": abandoned}
    counts |= {"sent_on": sent_on, "wait_s": 9.0 * answered, "wait_max_s": 61.0, "abandoned_wait_s": 30.0 * abandoned}
    counts |= {"talk_s": 120.0 * answered, "in_time": [answered - 1, answered], "short": [0, abandoned]}
    row = {"queue_id": 1, "queue_name": "Sales", "from_utc_s": from_utc_s, "counts": counts}
    return row | {"answer_wait_mean_s": 9.0, "abandoned_share": abandoned / (answered + abandoned), "levels": [0.84, 1]}


def report() -> Row:
    first = time.time() // 900 * 900 - 23 * 900
    quarters = [figures(n, first + 900 * n) for n in range(24)]
    sums = {"from_utc_s": first, "until_utc_s": time.time(), "formula": "less_short", "quarters": quarters}
    return sums | {"totals": [figures(24, first)]}


def waiting_view(which: int, **more: Any) -> Row:
    view = {"entry": f"i1-{which}.1", "state": "queued", "number": f"+4144555{which:04d}", "name": ""}
    view |= {"since_utc_s": time.time() - 70 + which, "priority": 256, "agent_id": None, "callback": False}
    return view | more


def queue_view(queue_id: int, **more: Any) -> Row:
    name = QUEUES[queue_id - 1]["name"]
    view: Row = {"queue_id": queue_id, "name": name, "medium": "audio", "closed": "", "waiting": [], "waiting_count": 0}
    view |= {"longest_since_utc_s": None, "talking": 4, "agents_logged": 9, "agents_free": 1, "wait_s": 42.0}
    view |= {"entered": 120, "answered": 101, "abandoned": 11, "sent_on": 3, "answer_wait_mean_s": 14.2}
    view |= {"levels": [0.84, 0.97], "level_s": [20.0, 60.0]}
    if queue_id == 1:
        ringing = waiting_view(10, state="offered", agent_id=12, name="ACME Rockets")
        promised = waiting_view(13, state="promised", callback=True)
        withheld = waiting_view(12, state="welcome", number="")
        view |= {"waiting": [ringing, waiting_view(11), withheld, promised], "waiting_count": 31}
        view |= {"longest_since_utc_s": time.time() - 60, "agents_free": 0}
    else:
        view |= {"closed": "emergency", "agents_logged": 0, "agents_free": 0, "wait_s": 2_147_483_647.0}
        view |= {"levels": [None, None], "answered": 0, "entered": 0, "abandoned": 0, "sent_on": 0}
    return view | more


def caller_view(**more: Any) -> Row:
    view: Row = {"queue_id": 1, "queue_name": "Sales", "shown": "SALES ACME Rockets", "dialed": "+41445550100"}
    view |= {"arrived_utc_s": time.time() - 30, "waited_s": 21.0, "callback": False, "transfer_to": "", "note": ""}
    return view | {"url": "https://crm.example/c?number=7"} | more
