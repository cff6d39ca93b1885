"""The desk of an agent with a caller: who it is, what came of their earlier calls, and sending them on."""

from typing import Any, Final

from msgspec import Struct

from busyhour.core.events import SendOnAsked
from busyhour.core.life.agent import AgentState
from busyhour.core.model.queue import Destination, DestinationKind
from busyhour.http.callers import state_of
from busyhour.http.desk_calls import NOTE_LENGTH_MAX, call_in_hand
from busyhour.http.routes import Routes
from busyhour.http.services import Caller, Services, Use, Who
from busyhour.http.things_known import TARGET
from busyhour.service import caller_records as cr
from busyhour.service import records as r
from busyhour.service.destinations import check_destination
from busyhour.service.errors import Forbidden, Invalid, NotFound
from busyhour.service.numbers import TEXT_LENGTH_MAX, number_in

routes = Routes("desk")

HISTORY_MAX: Final = 20
KINDS: Final = frozenset({DestinationKind.QUEUE, DestinationKind.AGENT, DestinationKind.NUMBER})


class DeskCaller(Struct, frozen=True, kw_only=True):
    """Who called. `contacts`: whose number it is, as far as it is known."""

    call: str
    earlier: list[cr.CallerRow]  # calls of this number, the newest first
    attempts: list[r.AttemptRow]  # our calls to it
    contacts: list[r.Contact]
    dispositions: list[r.Disposition]


class DeskQueue(Struct, frozen=True, kw_only=True):
    queue_id: int
    name: str
    waiting: int
    agents_free: int


class DeskAgent(Struct, frozen=True, kw_only=True):
    agent_id: int
    name: str
    state: str


class Destinations(Struct, frozen=True, kw_only=True):
    """Where this agent may send a caller. `numbers`: outside, too."""

    queues: list[DeskQueue]
    agents: list[DeskAgent]
    numbers: bool


class Transfer(Struct, frozen=True, kw_only=True):
    """`target`: a queue's or an agent's id, or a number as people write it."""

    kind: DestinationKind
    target: str
    note: str = ""


@routes.get("/api/desk/caller", permission="desk:use")
async def get_desk_caller(who: Who, use: Use) -> DeskCaller:
    view = call_in_hand(use, who)
    rows, attempts = await history_of(use, who.tenant_id, view)
    dispositions = await use.directory.dispositions(who.tenant_id)
    ids = dict.fromkeys([row.contact_id for row in rows] + [row.contact_id for row in attempts])
    return DeskCaller(
        call=view["call"],
        earlier=[row for row in rows if row.call != view["call"]],
        attempts=attempts,
        contacts=[await use.lists.contact(who.tenant_id, id_) for id_ in list(ids)[:HISTORY_MAX] if id_ is not None],
        dispositions=[one for one in dispositions if one.campaign_id is None],
    )


async def history_of(use: Services, tenant: int, view: dict[str, Any]) -> tuple[list[cr.CallerRow], list[r.AttemptRow]]:
    """The calls of this very number; who withholds theirs has no history."""
    digits = str(view["number"]).removeprefix("+")
    if not digits.isdecimal():
        return [], []
    callers = await use.queues.callers(tenant, cr.CallerFilter(number=digits), limit=HISTORY_MAX)
    attempts = await use.reports.attempts(tenant, r.AttemptFilter(number=digits), limit=HISTORY_MAX)
    same = [row for row in callers.rows if row.number.removeprefix("+") == digits]
    return same, [row for row in attempts.rows if row.number.removeprefix("+") == digits]


@routes.get("/api/desk/destinations", permission="desk:use")
async def get_desk_destinations(who: Who, use: Use) -> Destinations:
    state = state_of(use, who.tenant_id)
    queues, agents = state.get("queues", {}).values(), state["agents"].values()
    return Destinations(
        queues=[
            DeskQueue(
                queue_id=one["queue_id"],
                name=one["name"],
                waiting=one["waiting_count"],
                agents_free=one["agents_free"],
            )
            for one in sorted(queues, key=lambda one: str(one["name"]))
        ],
        agents=[
            DeskAgent(agent_id=one["agent_id"], name=one["name"], state=one["state"])
            for one in sorted(agents, key=lambda one: str(one["name"]))
            if one["agent_id"] != who.agent_id and one["state"] != AgentState.OFFLINE
        ],
        numbers=await may_dial(use, who),
    )


@routes.post("/api/desk/transfer", permission="desk:use")
async def transfer(who: Who, use: Use, body: Transfer) -> None:
    """Send the caller on, without waiting for an answer there."""
    if len(body.note) > NOTE_LENGTH_MAX:
        raise Invalid(f"A note has at most {NOTE_LENGTH_MAX} characters.", field="note")
    to = await destination_of(use, who, body)
    await use.floors.ask(
        who.tenant_id,
        lambda request: SendOnAsked(agent_id=who.agent_id, destination=to, note=body.note, request=request),
    )


async def destination_of(use: Services, who: Caller, body: Transfer) -> Destination:
    if body.kind not in KINDS:
        raise Invalid("A caller is sent on to a queue, an agent or a number.", field="kind")
    if body.kind is DestinationKind.NUMBER:
        return Destination(body.kind, await number_outside(use, who, body.target))
    if body.kind is DestinationKind.QUEUE:
        known = {queue.queue_id for queue in await use.queues.queues(who.tenant_id)}
    else:
        known = {agent.agent_id for agent in await use.directory.agents(who.tenant_id) if not agent.disabled}
    if not TARGET.fullmatch(body.target) or int(body.target) not in known:
        raise NotFound(f"There is no such {body.kind}.")
    return Destination(body.kind, body.target)


async def number_outside(use: Services, who: Caller, text: str) -> str:
    """The same that this agent may dial by hand: of this country, none that costs the caller extra, and none on the
    do-not-call list."""
    if not await may_dial(use, who):
        raise Forbidden("You are not permitted to dial numbers. Ask an administrator.", code="not_permitted")
    country = who.session.tenant.country
    number = number_in(text[:TEXT_LENGTH_MAX], country, field="target")
    check_destination(number, (country,))
    if any(entry.number == number for entry in await use.directory.dnc(who.tenant_id, number=number)):
        raise Invalid("This number is on the do-not-call list. Choose another one.", code="dnc", field="target")
    return number


async def may_dial(use: Services, who: Caller) -> bool:
    return any(one.agent_id == who.agent_id and one.may_dial for one in await use.directory.agents(who.tenant_id))
