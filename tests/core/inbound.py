"""A number, a queue and its agents, for the stories of callers."""

from typing import Any

from busyhour.core.model.dialed import DialedNumber, Treatment
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.queue import Destination, DestinationKind, Queue, SkillNeed
from tests.core.story import NAMES, Story, campaign

SALES = "5551"
QUEUE_1 = Destination(DestinationKind.QUEUE, "1")
CALLS = (
    "answer",
    "reject",
    "hold",
    "join",
    "play",
    "close",
    "entry",
    "hang-up",
    "ok",
    "refused",
    "announce",
    "send-on",
)


def queue(**changes: Any) -> Queue:
    """Ann and Bob take its calls by skill."""
    usual: dict[str, Any] = {"queue_id": 1, "name": "Sales", "skills": (SkillNeed("sales"),)}
    return Queue(**{**usual, **changes})


def number(*to: Destination, **changes: Any) -> DialedNumber:
    return DialedNumber(pattern=SALES, treatment=Treatment(to=to or (QUEUE_1,), **changes))


def people(*names: str, **changes: Any) -> list[AgentProfile]:
    return [
        AgentProfile(agent_id=NAMES.index(name) + 1, name=name, skills={"sales": 1}, **changes)
        for name in names or NAMES[:2]
    ]


def story(*queues: Queue, show: tuple[str, ...] = CALLS, **changes: Any) -> Story:
    changes.setdefault("agents", people())
    changes.setdefault("numbers", [number()])
    return Story(queues=queues or (queue(),), campaigns=[campaign(agent_ids=())], show=show, **changes)
