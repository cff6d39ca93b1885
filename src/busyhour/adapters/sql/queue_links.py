"""What queues and dialed numbers name must be there, in this tenant; and what they name is not deleted under them.

A queue that is named is held until the transaction ends, so that one that is deleted at the same time waits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import tables as t
from busyhour.core.model.dialed import Treatment
from busyhour.core.model.queue import ANNOUNCE_PROMPTS, Destination, DestinationKind, Queue
from busyhour.service.errors import Conflict, Invalid, NotFound

Link = tuple[str, int | str, str]
"""What it names: a noun, which one, and in which field."""

COLUMNS: Final[dict[str, sa.Column[Any]]] = {
    "agent": t.agent.c.agent_id,
    "trunk": t.trunk.c.trunk_id,
    "prompt": t.prompt.c.media,
}
NOUNS: Final = {
    DestinationKind.QUEUE: "queue",
    DestinationKind.AGENT: "agent",
    DestinationKind.PROMPT: "prompt",
    DestinationKind.CALLBACK: "queue",  # which keeps the place; none: the one that the caller is in
}
ID_MAX: Final = 2**63 - 1
# A number, or the overflow of a queue that stays, that leads to this queue.
LEADING: Final = sa.text("""
SELECT pattern AS name, true AS is_number FROM dialed_number
WHERE jsonb_path_exists(treatment, '$.*[*] ? (@.kind == "queue" && @.target == $id)',
    jsonb_build_object('id', CAST(:id AS text)))
UNION ALL
SELECT name, false FROM queue WHERE NOT hidden AND queue_id::text <> CAST(:id AS text)
    AND jsonb_path_exists(definition, '$.overflow[*].destination ? (@.kind == "queue" && @.target == $id)',
        jsonb_build_object('id', CAST(:id AS text)))
ORDER BY is_number DESC, name LIMIT 1
""")

OVER_TRUNK: Final = sa.text("""
SELECT name FROM queue WHERE NOT hidden AND definition -> 'trunk_ids' @> to_jsonb(CAST(:trunk_id AS bigint))
ORDER BY name LIMIT 1
""")

# The name of its sound is in the settings as a whole value: no other text is like it.
PLAYING: Final = sa.text("""
SELECT w.what, w.name FROM prompt p CROSS JOIN LATERAL (
    SELECT 'queue' AS what, name FROM queue
    WHERE NOT hidden AND strpos(definition::text, '"' || p.media || '"') > 0
    UNION ALL SELECT 'number', pattern FROM dialed_number WHERE strpos(treatment::text, '"' || p.media || '"') > 0) w
WHERE p.prompt_id = :prompt_id AND p.media <> '' ORDER BY w.what DESC, w.name LIMIT 1
""")


def links_of_queue(queue: Queue) -> Iterator[Link]:
    yield from (("agent", member.agent_id, "members") for member in queue.members)
    yield from (("trunk", trunk_id, "trunk_ids") for trunk_id in queue.trunk_ids)
    said = {name: getattr(queue.announce, name) for name in ANNOUNCE_PROMPTS}
    yield from (("prompt", media, f"announce.{name}") for name, media in said.items() if media is not None)
    for n, rule in enumerate(queue.overflow):
        if rule.prompt is not None:
            yield "prompt", rule.prompt, f"overflow[{n}].prompt"
        if rule.destination is not None:
            yield from _links_of([rule.destination], f"overflow[{n}].destination")


def links_of_treatment(treatment: Treatment) -> Iterator[Link]:
    yield from _links_of(treatment.to, "treatment.to")
    yield from _links_of(treatment.when_closed, "treatment.when_closed")
    yield from (("prompt", media, f"treatment.prompts.{why}") for why, media in treatment.prompts.items())


def _links_of(destinations: Iterable[Destination], field: str) -> Iterator[Link]:
    for to in destinations:
        noun = NOUNS.get(to.kind)
        if noun is None or (to.kind is DestinationKind.CALLBACK and not to.target):
            continue
        yield noun, to.target if noun == "prompt" else _id_in(to.target, noun, field), field


def _id_in(target: str, noun: str, field: str) -> int:
    if not (target.isascii() and target.isdecimal() and 0 < int(target) <= ID_MAX):
        raise Invalid(f"The target is the number of a {noun}, not {target[:40]!r}.", field=field)
    return int(target)


async def check(connection: AsyncConnection, links: Iterable[Link]) -> None:
    """Raises `NotFound` with the first that is missing."""
    fields: dict[str, dict[Any, str]] = defaultdict(dict)
    for noun, key, field in links:
        fields[noun].setdefault(key, field)
    for noun, named in fields.items():
        there = await _there(connection, noun, list(named))
        missing = [key for key in named if key not in there]
        if missing:
            text = f"There is no {noun} {missing[0]}. It may have been deleted: reload the page and choose again."
            raise NotFound(text, field=named[missing[0]])


async def _there(connection: AsyncConnection, noun: str, keys: list[Any]) -> set[Any]:
    if noun != "queue":
        column = COLUMNS[noun]
        return set((await connection.execute(sa.select(column).where(column.in_(keys)))).scalars())
    held = sa.select(t.queue.c.queue_id).where(t.queue.c.queue_id.in_(keys), ~t.queue.c.hidden)
    rows = await connection.execute(held.order_by(t.queue.c.queue_id).with_for_update(read=True))
    return set(rows.scalars())


async def refuse_if_led_to(connection: AsyncConnection, queue_id: int) -> None:
    """Raises `Conflict` while a number or another queue sends callers to this one."""
    found = (await connection.execute(LEADING, {"id": str(queue_id)})).first()
    if found is None:
        return
    if found.is_number:
        raise Conflict(f"The number {found.name} leads to this queue. Let it lead elsewhere, or delete it, first.")
    raise Conflict(f"The queue “{found.name}” sends callers to this one. Change its overflow rules first.")


async def refuse_if_dialed_over(connection: AsyncConnection, trunk_id: int) -> None:
    """Raises `Conflict` while a queue dials over this trunk."""
    name = (await connection.execute(OVER_TRUNK, {"trunk_id": trunk_id})).scalar()
    if name is not None:
        raise Conflict(f"The queue “{name}” uses this trunk. Take it out of the queue first.")


async def refuse_if_played(connection: AsyncConnection, prompt_id: int) -> None:
    """Raises `Conflict` while callers of a queue or a number hear this prompt."""
    found = (await connection.execute(PLAYING, {"prompt_id": prompt_id})).first()
    if found is not None:
        raise Conflict(f"The {found.what} “{found.name}” plays this prompt. Choose another one there first.")
