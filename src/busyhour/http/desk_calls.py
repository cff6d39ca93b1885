"""What an agent asks of the floor: ready, pause, hang up, hold, say what came of it."""

import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from busyhour.core import events as e
from busyhour.core.model.ids import is_call, tenant_of
from busyhour.core.model.values import DialMode, PreviewEnd
from busyhour.http.attempts import CALL
from busyhour.http.routes import Routes
from busyhour.http.services import Caller, Services, Use, Who
from busyhour.service import records as r
from busyhour.service.errors import Invalid, NotFound

routes = Routes("desk")

NOTE_LENGTH_MAX: Final = 4000
REASON: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


class Pause(Struct, frozen=True, kw_only=True):
    reason: str


class DispositionMade(Struct, frozen=True, kw_only=True):
    call: str
    disposition: str  # its code
    note: str = ""


class CampaignCard(Struct, frozen=True, kw_only=True):
    campaign_id: int
    name: str
    dial_mode: DialMode
    acw_max_s: float
    skip_reasons: list[str]
    preview_timeout_action: PreviewEnd


class DeskContact(Struct, frozen=True, kw_only=True):
    """Whom the agent looks at before the call, talks with, or has just talked with."""

    call: str
    contact: r.Contact
    history: list[r.AttemptRow]
    campaign: CampaignCard
    dispositions: list[r.Disposition]


@routes.post("/api/desk/ready", permission="desk:use")
async def ready(who: Who, use: Use) -> None:
    await use.floors.ask(who.tenant_id, lambda request: e.ReadyAsked(agent_id=who.agent_id, request=request))


@routes.post("/api/desk/pause", permission="desk:use")
async def pause(who: Who, use: Use, body: Pause) -> None:
    known = {reason.name for reason in await use.directory.pause_reasons(who.tenant_id)}
    if body.reason not in known:
        raise Invalid(f"Choose one of the reasons: {', '.join(sorted(known))}.", field="reason")
    await use.floors.ask(
        who.tenant_id, lambda request: e.PauseAsked(agent_id=who.agent_id, reason=body.reason, request=request)
    )


@routes.post("/api/desk/logoff", permission="desk:use")
async def log_off(who: Who, use: Use) -> None:
    await use.floors.ask(who.tenant_id, lambda request: e.LogOffAsked(agent_id=who.agent_id, request=request))


@routes.post("/api/desk/hangup", permission="desk:use")
async def hang_up(who: Who, use: Use) -> None:
    await use.floors.ask(who.tenant_id, lambda request: e.HangUpAsked(agent_id=who.agent_id, request=request))


@routes.post("/api/desk/hold", permission="desk:use")
async def hold(who: Who, use: Use) -> None:
    await use.floors.ask(who.tenant_id, lambda request: e.HoldAsked(agent_id=who.agent_id, request=request))


@routes.post("/api/desk/resume", permission="desk:use")
async def resume(who: Who, use: Use) -> None:
    await use.floors.ask(who.tenant_id, lambda request: e.ResumeAsked(agent_id=who.agent_id, request=request))


@routes.post("/api/desk/disposition", permission="desk:use")
async def choose_disposition(who: Who, use: Use, body: DispositionMade) -> None:
    if not is_call(body.call) or tenant_of(body.call) != who.tenant_id:
        raise NotFound("There is no such call.")
    if len(body.note) > NOTE_LENGTH_MAX:
        raise Invalid(f"A note has at most {NOTE_LENGTH_MAX} characters.", field="note")
    if body.disposition not in await codes_of(use, who, body.call):
        raise Invalid("There is no such disposition for this call. Reload the desk.", field="disposition")
    await use.floors.ask(
        who.tenant_id,
        lambda request: e.DispositionChosen(
            agent_id=who.agent_id, call=body.call, disposition=body.disposition, note=body.note, request=request
        ),
    )


async def codes_of(use: Services, who: Caller, call: str) -> set[str]:
    """What may be said of this call: its campaign's dispositions, and those of all; of a caller, those of all."""
    if CALL.fullmatch(call):
        attempt = await use.reports.attempt(who.tenant_id, call)
        return {one.code for one in await use.directory.dispositions(who.tenant_id, attempt.campaign_id)}
    return {one.code for one in await use.directory.dispositions(who.tenant_id) if one.campaign_id is None}


@routes.post("/api/desk/wrapup/end", permission="desk:use")
async def end_wrap_up(who: Who, use: Use) -> None:
    await use.floors.ask(who.tenant_id, lambda request: e.WrapUpEndAsked(agent_id=who.agent_id, request=request))


@routes.get("/api/desk/contact", permission="desk:use")
async def get_desk_contact(who: Who, use: Use) -> DeskContact:
    view = call_in_hand(use, who)
    campaign = (await use.campaigns.campaign(who.tenant_id, view["campaign_id"])).campaign
    return DeskContact(
        call=view["call"],
        contact=await use.lists.contact(who.tenant_id, view["contact_id"]),
        history=await use.reports.contact_history(who.tenant_id, view["contact_id"]),
        campaign=CampaignCard(
            campaign_id=campaign.campaign_id,
            name=campaign.name,
            dial_mode=campaign.dial_mode,
            acw_max_s=campaign.acw_max_s,
            skip_reasons=list(campaign.preview.skip_reasons),
            preview_timeout_action=campaign.preview.timeout_action,
        ),
        dispositions=await use.directory.dispositions(who.tenant_id, campaign.campaign_id),
    )


def call_in_hand(use: Services, who: Caller) -> dict[str, Any]:
    """From the agent's own live view, which holds no one else's call."""
    state = own_state(use, who)
    agent = state["agents"].get(str(who.agent_id))
    view: dict[str, Any] | None = state["calls"].get(agent["call"]) if agent and agent["call"] else None
    if view is None:
        raise NotFound("There is no call in hand.", code="no_call")
    return view


def agent_view(use: Services, who: Caller) -> dict[str, Any]:
    view: dict[str, Any] | None = own_state(use, who)["agents"].get(str(who.agent_id))
    if view is None:
        raise NotFound("You are not on the floor yet. Reload the desk.", code="not_on_floor")
    return view


def own_state(use: Services, who: Caller) -> dict[str, Any]:
    state: dict[str, Any] = msgspec.json.decode(use.floors.snapshot(who.tenant_id, who.agent_id))["state"]
    return state
