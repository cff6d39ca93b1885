"""What a tenant has that its queues and numbers may name: queues, agents, trunks, prompts. One look for one check."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from busyhour.core.model.queue import Destination, DestinationKind, Queue
from busyhour.http.services import Services
from busyhour.service.errors import Invalid

NUMBER: Final = re.compile(r"\+?[0-9]{1,20}")
TARGET: Final = re.compile(r"[1-9][0-9]{0,15}")


@dataclass(frozen=True, kw_only=True)
class Known:
    queues: dict[int, Queue]
    agent_ids: frozenset[int]
    trunk_ids: frozenset[int]
    media: frozenset[str]  # of prompts
    languages: frozenset[str]  # of the voice


async def known_of(use: Services, tenant: int) -> Known:
    return Known(
        queues={queue.queue_id: queue for queue in await use.queues.queues(tenant)},
        agent_ids=frozenset(agent.agent_id for agent in await use.directory.agents(tenant)),
        trunk_ids=frozenset(trunk.trunk_id for trunk in await use.directory.trunks(tenant)),
        media=frozenset(prompt.media for prompt in await use.directory.prompts(tenant)),
        languages=frozenset(use.voice.languages()),
    )


def check_prompt(known: Known, media: str | None, field: str) -> None:
    if media is not None and media not in known.media:
        raise Invalid("There is no such prompt: give the `media` of one.", field=field)


def check_ids(named: Sequence[int], known: frozenset[int], noun: str, field: str) -> None:
    unknown = [str(id_) for id_ in named if id_ not in known]
    if unknown:
        raise Invalid(f"There is no {noun} {', '.join(unknown)[:100]}.", field=field)
    if len(set(named)) != len(named):
        raise Invalid(f"The same {noun} is named twice.", field=field)


def check_destination(known: Known, to: Destination, field: str, *, in_queue: bool = False) -> None:
    """That it is there, or is a number. `in_queue`: a callback need not name the queue that the caller is in."""
    match to.kind:
        case DestinationKind.CALLBACK if in_queue and not to.target:
            return
        case DestinationKind.QUEUE | DestinationKind.CALLBACK:
            if not TARGET.fullmatch(to.target) or int(to.target) not in known.queues:
                raise Invalid("There is no such queue: the target is the number of one.", field=f"{field}.target")
        case DestinationKind.AGENT:
            if not TARGET.fullmatch(to.target) or int(to.target) not in known.agent_ids:
                raise Invalid("There is no such agent: the target is the number of one.", field=f"{field}.target")
        case DestinationKind.PROMPT:
            check_prompt(known, to.target, f"{field}.target")
        case DestinationKind.NUMBER:
            if not NUMBER.fullmatch(to.target):
                text = "The number has 1 to 20 digits, with a + before them or not."
                raise Invalid(text, field=f"{field}.target")
