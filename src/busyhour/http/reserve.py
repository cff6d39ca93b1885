"""Previews for programs that know the reserve calls of other dialers: answers are lines of text, as theirs are.

A contact comes to a free agent of a preview campaign by itself; `op=reserve` tells which one the agent has. POST only:
each of these calls may have an effect, and a link on another site must have none.
"""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Request
from starlette.responses import PlainTextResponse

from busyhour.core import events as e
from busyhour.core.life.agent import AgentState
from busyhour.core.life.call import CallState
from busyhour.core.model.values import PhoneKind
from busyhour.http.campaigns_check import REASON, REASON_LENGTH_MAX
from busyhour.http.routes import Routes
from busyhour.http.services import Caller, Services, Use, Who
from busyhour.service import records as r
from busyhour.service.errors import Conflict, Invalid

routes = Routes("desk")

NOT_AVAILABLE: Final = "AGENT NOT AVAILABLE"
CANNOT_RESERVE: Final = "AGENT CANNOT RESERVE"
NOT_FOUND: Final = "ID NOT FOUND"
WRONG_STATE: Final = "ID FOUND WRONG STATE"
DIALING: Final = "DIALING"
SKIPPED: Final = "SKIPPED"
FORM: Final = "application/x-www-form-urlencoded"

Word = Annotated[str | None, Query(max_length=200)]


@routes.post("/api/reserve/", permission="runs:write", media=("text/plain",))
async def reserve(
    who: Who,
    use: Use,
    request: Request,
    op: Word = None,
    agent: Word = None,
    id: Word = None,  # noqa: A002 - the name is theirs
    withStatus: Word = None,  # noqa: N803 - likewise
) -> PlainTextResponse:
    asked = {"op": op, "agent": agent, "id": id, "withStatus": withStatus}
    if request.headers.get("content-type", "").startswith(FORM):
        asked |= {name: str(value) for name, value in (await request.form()).items() if name in asked}
    return PlainTextResponse("\n".join([*await answer_to(who, use, asked), ""]))


async def answer_to(who: Caller, use: Services, asked: dict[str, str | None]) -> list[str]:
    match asked["op"]:
        case "reserve":
            return await _reserved(who, use, asked["agent"] or "")
        case "dial":
            return [await _dial(who, use, asked["id"] or "")]
        case "skip":
            return [await _skip(who, use, asked["id"] or "", asked["withStatus"] or "")]
    raise Invalid("op is one of reserve, dial, skip.", field="op")


async def _reserved(who: Caller, use: Services, interface: str) -> list[str]:
    found = [one for one in await use.directory.agents(who.tenant_id) if interface_of(one) == interface]
    state = _state(who, use)
    view = state["agents"].get(str(found[0].agent_id)) if len(found) == 1 else None
    call = state["calls"].get(view["call"]) if view is not None else None
    if call is not None and _is_looked_at(call):
        contact = await use.lists.contact(who.tenant_id, call["contact_id"])
        variables = [f"VAR: {name}={_line(value)}" for name, value in contact.attributes.items()]
        return ["OK: OK", f"WOMBATID: {call['call']}", f"NUMBER: {call['number']}", *variables]
    return [CANNOT_RESERVE if view is not None and view["state"] == AgentState.AVAILABLE else NOT_AVAILABLE]


def interface_of(agent: r.Agent) -> str:
    """The name of the agent's phone as such programs know it: by the user of its SIP address, else by the log-in."""
    user = agent.sip_address.removeprefix("sip:").partition("@")[0] if agent.phone_kind is PhoneKind.SIP else ""
    return f"SIP/{user or agent.login}"


async def _dial(who: Caller, use: Services, name: str) -> str:
    call = _state(who, use)["calls"].get(name)
    if call is None:
        return NOT_FOUND
    if not _is_looked_at(call):
        return WRONG_STATE
    try:
        await use.floors.ask(
            who.tenant_id, lambda request: e.PreviewDialAsked(agent_id=call["agent_id"], call=name, request=request)
        )
    except Conflict:
        return WRONG_STATE
    return DIALING


async def _skip(who: Caller, use: Services, name: str, status: str) -> str:
    if status and not REASON.fullmatch(status):
        raise Invalid(f"withStatus has at most {REASON_LENGTH_MAX} characters.", field="withStatus")
    call = _state(who, use)["calls"].get(name)
    if call is None:
        return NOT_FOUND
    if not _is_looked_at(call):
        return WRONG_STATE
    try:
        await use.floors.ask(
            who.tenant_id,
            lambda request: e.SkipAsked(
                agent_id=call["agent_id"], call=name, reason=status, any_reason=True, request=request
            ),
        )
    except Conflict:
        return WRONG_STATE
    return SKIPPED


def _is_looked_at(call: dict[str, Any]) -> bool:
    """By its agent, who has not decided yet."""
    return call["state"] == CallState.RESERVED and call["decide_until_utc_s"] is not None


def _line(value: str) -> str:
    return " ".join(value.splitlines())


def _state(who: Caller, use: Services) -> dict[str, Any]:
    state: dict[str, Any] = msgspec.json.decode(use.floors.snapshot(who.tenant_id))["state"]
    return state
