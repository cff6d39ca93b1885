"""What an agent decides before a call: dial or skip the contact they look at, or dial a number by hand."""

from msgspec import Struct

from busyhour.core import events as e
from busyhour.core.life.agent import AgentState
from busyhour.core.life.run import ACTIVE
from busyhour.http.attempts import CALL
from busyhour.http.campaigns_check import REASON_LENGTH_MAX
from busyhour.http.desk_calls import agent_view, call_in_hand, own_state
from busyhour.http.routes import Routes
from busyhour.http.services import Caller, Services, Use, Who
from busyhour.service import records as r
from busyhour.service.destinations import check_destination
from busyhour.service.errors import Conflict, Forbidden, Invalid, NotFound
from busyhour.service.numbers import TEXT_LENGTH_MAX, Number, Numbers, number_in

routes = Routes("desk")


class PreviewDial(Struct, frozen=True, kw_only=True):
    call: str
    number: str | None = None  # another one of the contact, as it is stored; None = as shown


class PreviewSkip(Struct, frozen=True, kw_only=True):
    call: str
    reason: str  # one of the campaign's


class ManualDial(Struct, frozen=True, kw_only=True):
    """A number as people write it, or a contact; with both, that number of the contact."""

    campaign_id: int
    number: str | None = None
    contact_id: int | None = None


class DialCampaign(Struct, frozen=True, kw_only=True):
    campaign_id: int
    name: str
    run_id: int
    state: str  # of its run


class DialChoice(Struct, frozen=True, kw_only=True):
    """Whether this agent may dial by hand, and for which campaigns: theirs that have a run."""

    may_dial: bool
    campaigns: list[DialCampaign]


@routes.post("/api/desk/preview/dial", permission="desk:use")
async def dial_preview(who: Who, use: Use, body: PreviewDial) -> None:
    check_call(body.call)
    if body.number is not None:
        contact = await use.lists.contact(who.tenant_id, call_in_hand(use, who)["contact_id"])
        if body.number not in contact.numbers:
            raise Invalid("This contact has no such number. Reload the desk.", field="number")
    await use.floors.ask(
        who.tenant_id,
        lambda request: e.PreviewDialAsked(agent_id=who.agent_id, call=body.call, number=body.number, request=request),
    )


@routes.post("/api/desk/preview/skip", permission="desk:use")
async def skip_preview(who: Who, use: Use, body: PreviewSkip) -> None:
    check_call(body.call)
    if len(body.reason) > REASON_LENGTH_MAX:  # what the core hears it keeps for a while
        raise Invalid("Choose one of the campaign's reasons. Reload the desk to see them.", field="reason")
    await use.floors.ask(
        who.tenant_id,
        lambda request: e.SkipAsked(agent_id=who.agent_id, call=body.call, reason=body.reason, request=request),
    )


@routes.get("/api/desk/dial", permission="desk:use")
async def get_dial_choice(who: Who, use: Use) -> DialChoice:
    may_dial = any(one.agent_id == who.agent_id and one.may_dial for one in await use.directory.agents(who.tenant_id))
    rows = await use.campaigns.campaigns(who.tenant_id) if may_dial else []
    return DialChoice(
        may_dial=may_dial,
        campaigns=[
            DialCampaign(
                campaign_id=row.campaign.campaign_id, name=row.campaign.name, run_id=row.run_id, state=row.run_state
            )
            for row in rows
            if row.run_id is not None and row.run_state in ACTIVE and who.agent_id in row.campaign.agent_ids
        ],
    )


@routes.get("/api/desk/tried", permission="desk:use")
async def get_tried(who: Who, use: Use) -> r.Contact:
    """The contact whom this agent tried last without a conversation: their other numbers may be dialed by hand."""
    tried = agent_view(use, who)["tried"]
    if tried is None:
        raise NotFound("Nobody was tried lately.", code="none_tried")
    return await use.lists.contact(who.tenant_id, tried["contact_id"])


@routes.post("/api/desk/dial", permission="desk:use")
async def dial_by_hand(who: Who, use: Use, body: ManualDial) -> None:
    """Answered when it is certain that the number may be called, or that the agent's phone is rung before it is."""
    choice = await get_dial_choice(who, use)
    if not choice.may_dial:
        raise Forbidden("You are not permitted to dial by hand. Ask an administrator.", code="not_permitted")
    if body.campaign_id not in {one.campaign_id for one in choice.campaigns}:
        raise Invalid("Choose one of your campaigns that are running.", field="campaign_id")
    number, zones = await read_number(who, use, body)
    check_hands(who, use)
    if number is not None:
        may_run_id = next(one.run_id for one in choice.campaigns if one.campaign_id == body.campaign_id)
        await use.floors.ask(
            who.tenant_id,
            lambda request: e.ManualDialMayAsked(
                agent_id=who.agent_id, run_id=may_run_id, number=number, request=request
            ),
        )
    run_id, item = await use.campaigns.dial_by_hand(
        who.tenant_id, body.campaign_id, contact_id=body.contact_id, number=number, zones=zones
    )
    await use.floors.ask(
        who.tenant_id,
        lambda request: e.ManualDialAsked(agent_id=who.agent_id, run_id=run_id, item=item, request=request),
    )


async def read_number(who: Caller, use: Services, body: ManualDial) -> tuple[str | None, tuple[str, ...]]:
    """Of a contact that is known already, any; else one that may be dialed by hand, with its time zones."""
    if body.number is None:
        if body.contact_id is None:
            raise Invalid("Type a number.", field="number")
        return None, ()
    country = who.session.tenant.country
    number = number_in(body.number[:TEXT_LENGTH_MAX], country, field="number")
    if body.contact_id is None:
        campaign = (await use.campaigns.campaign(who.tenant_id, body.campaign_id)).campaign
        check_destination(number, campaign.dial_countries or (country,))
    found = Numbers(country).read(number)
    return number, found.zones if isinstance(found, Number) else ()


def check_hands(who: Caller, use: Services) -> None:
    """The floor refuses it too; but by then the number is a contact of a list."""
    agent = own_state(use, who)["agents"].get(str(who.agent_id))
    if agent is None or agent["call"] is None:
        return
    if agent["state"] == AgentState.ACW:
        raise Conflict("Finish the wrap-up of your last call first.", code="wrap_up")
    raise Conflict("You have a contact or a call in hand. End it first.", code="busy")


def check_call(call: str) -> None:
    if not CALL.fullmatch(call):
        raise NotFound("There is no such call.")
