"""Calls in hand, at a desk: consult somebody while the customer waits, hand over, confer, park, take up."""

from typing import Annotated

from msgspec import Meta, Struct

from busyhour.core import events as e
from busyhour.core.model.queue import DestinationKind
from busyhour.http.callers import state_of
from busyhour.http.desk_callers import Transfer, destination_of
from busyhour.http.desk_calls import NOTE_LENGTH_MAX
from busyhour.http.routes import Routes
from busyhour.http.services import Caller, Services, Use, Who
from busyhour.service.errors import Invalid

routes = Routes("desk")


class Consultation(Struct, frozen=True, kw_only=True):
    """`target`: a queue's or an agent's id, or a number as people write it."""

    kind: DestinationKind
    target: str
    note: str = ""


class Parked(Struct, frozen=True, kw_only=True):
    """A customer whom any agent may take up."""

    slot: int
    call: str
    number: str
    name: str
    parked_by: str
    mine: bool  # this agent parked them
    until_utc_s: float  # then they go back


class PickUp(Struct, frozen=True, kw_only=True):
    slot: Annotated[int, Meta(ge=1)]


@routes.post("/api/desk/consult", permission="desk:use")
async def consult(who: Who, use: Use, body: Consultation) -> None:
    """Ask an agent, whoever of a queue is free, or a number outside, while the customer hears music."""
    if len(body.note) > NOTE_LENGTH_MAX:
        raise Invalid(f"A note has at most {NOTE_LENGTH_MAX} characters.", field="note")
    to = await destination_of(use, who, Transfer(kind=body.kind, target=body.target))
    await use.floors.ask(
        who.tenant_id,
        lambda request: e.ConsultAsked(agent_id=who.agent_id, destination=to, note=body.note, request=request),
    )


@routes.post("/api/desk/consult/swap", permission="desk:use")
async def swap_consult(who: Who, use: Use) -> None:
    """Talk with the customer, or with the colleague again; the other one hears music."""
    await _step(who, use, e.ConsultStep.SWAP)


@routes.post("/api/desk/consult/conference", permission="desk:use")
async def start_conference(who: Who, use: Use) -> None:
    await _step(who, use, e.ConsultStep.CONFERENCE)


@routes.post("/api/desk/consult/leave", permission="desk:use")
async def leave_conference(who: Who, use: Use) -> None:
    """The others go on."""
    await _step(who, use, e.ConsultStep.LEAVE)


@routes.post("/api/desk/consult/complete", permission="desk:use")
async def complete_consult(who: Who, use: Use) -> None:
    """Hand the customer over to who is consulted."""
    await _step(who, use, e.ConsultStep.COMPLETE)


@routes.post("/api/desk/consult/cancel", permission="desk:use")
async def cancel_consult(who: Who, use: Use) -> None:
    """Let the colleague go, and have the customer back."""
    await _step(who, use, e.ConsultStep.CANCEL)


async def _step(who: Caller, use: Services, step: e.ConsultStep) -> None:
    await use.floors.ask(
        who.tenant_id, lambda request: e.ConsultStepAsked(agent_id=who.agent_id, step=step, request=request)
    )


@routes.post("/api/desk/park", permission="desk:use")
async def park(who: Who, use: Use) -> None:
    """In a numbered place, with music, until somebody takes them up."""
    await use.floors.ask(who.tenant_id, lambda request: e.ParkAsked(agent_id=who.agent_id, request=request))


@routes.get("/api/desk/parked", permission="desk:use")
async def get_parked(who: Who, use: Use) -> list[Parked]:
    state = state_of(use, who.tenant_id)
    names = {one["agent_id"]: one["name"] for one in state["agents"].values()}
    return sorted(
        (
            Parked(
                slot=one["slot"],
                call=one["call"],
                number=one["number"],
                name=one["contact_name"],
                parked_by=names.get(one["parked_by"], ""),
                mine=one["parked_by"] == who.agent_id,
                until_utc_s=one["parked_until_utc_s"],
            )
            for one in state["calls"].values()
            if one.get("slot")
        ),
        key=lambda one: one.slot,
    )


@routes.post("/api/desk/parked/pickup", permission="desk:use")
async def pick_up_parked(who: Who, use: Use, body: PickUp) -> None:
    await use.floors.ask(
        who.tenant_id, lambda request: e.PickUpAsked(agent_id=who.agent_id, slot=body.slot, request=request)
    )
