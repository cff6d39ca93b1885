"""The words by which programs made for OpenSIPS call our queues and agents."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from busyhour.core.model.queue import Queue
from busyhour.service import records as r

ODD: Final = re.compile(r"[^A-Za-z0-9_.@-]+")  # ids of that interface are put into names of statistics


@dataclass(frozen=True, slots=True)
class Names:
    queues: dict[int, Queue] = field(default_factory=dict)
    flows: dict[int, str] = field(default_factory=dict)  # by queue
    agents: dict[int, str] = field(default_factory=dict)
    agent_ids: dict[str, int] = field(default_factory=dict)


def names_of(queues: Iterable[Queue], agents: Iterable[r.Agent]) -> Names:
    by_id = {queue.queue_id: queue for queue in queues}
    logins = {agent.agent_id: agent.login for agent in agents if not agent.disabled}
    return Names(by_id, flow_names(by_id.values()), logins, {login: id_ for id_, login in logins.items()})


def flow_names(queues: Iterable[Queue]) -> dict[int, str]:
    """The queue's name, with `_` for what an id cannot have; with its number when two would be called the same."""
    names = {queue.queue_id: ODD.sub("_", queue.name) for queue in queues}
    taken = Counter(names.values())
    return {id_: name if name and taken[name] == 1 else f"{name}-{id_}" for id_, name in names.items()}
