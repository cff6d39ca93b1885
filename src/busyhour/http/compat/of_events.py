"""Commands about events (OC-121, OC-122)."""

from typing import Any, Final

import msgspec

from busyhour.http.compat.commands import OK, Commands, Given
from busyhour.http.compat.rpc import RpcFault
from busyhour.http.compat.subscribers import EVENTS, EXPIRE_S, Subscriber
from busyhour.http.compat.talk import Talk

PARAMS_MAX: Final = 50

commands = Commands()


@commands.add(
    "evi:subscribe",
    "event_subscribe",
    help="tells a socket of an event",
    sets=(("event", "socket"), ("event", "socket", "expire")),
)
async def event_subscribe(talk: Talk, given: Given) -> Any:
    expire_s = given.number("expire") if "expire" in given else EXPIRE_S
    await talk.subscribers.subscribe(given.text("event"), given.text("socket"), expire_s, talk.address)
    return OK


@commands.add("evi:list", "events_list", help="lists all events")
async def events_list(_: Talk, __: Given) -> Any:
    return {"Events": [{"name": event, "id": number} for number, event in enumerate(EVENTS)]}


@commands.add(
    "evi:subscribers",
    "subscribers_list",
    help="lists who is told of events",
    sets=((), ("event",), ("event", "socket")),
)
async def subscribers_list(talk: Talk, given: Given) -> Any:
    if not given:
        told = ((event, talk.subscribers.of(event)) for event in EVENTS)
        return {"Events": [_event(event) | _all(found) for event, found in told if found]}
    event = given.text("event")
    if event not in EVENTS:
        raise RpcFault(404, "Event not published")
    found = talk.subscribers.of(event)
    if "socket" not in given:
        return {"Event": _event(event) | _all(found) if found else {}}
    for one in found:
        if one.target.text == given.text("socket"):
            return {"Event": _event(event) | {"Subscriber": _shown(one)}}
    raise RpcFault(404, "Subscriber does not exist")


def _event(event: str) -> dict[str, Any]:
    return {"name": event, "id": EVENTS.index(event)}


def _all(found: list[Subscriber]) -> dict[str, Any]:
    return {"Subscribers": [_shown(one) for one in found]}


def _shown(one: Subscriber) -> dict[str, Any]:
    return {"socket": one.target.text, "expire": one.expire_s}


@commands.add("evi:raise", "raise_event", help="raises an event", sets=(("event",), ("event", "params")))
async def raise_event(talk: Talk, given: Given) -> Any:
    event = given.text("event")
    if event not in EVENTS:
        raise RpcFault(404, "Event not registered")
    if not talk.subscribers.of(event):
        raise RpcFault(480, "Temporarily Unavailable")
    talk.subscribers.raise_event(event, raised(given) if "params" in given else {})
    return OK


def raised(given: Given) -> dict[str, Any] | list[Any]:
    """Strings in an array; or an object, as JSON in a string."""
    if isinstance(given["params"], list):
        return given.texts("params")[:PARAMS_MAX]
    try:
        params = msgspec.json.decode(given.text("params"))
    except (msgspec.MsgspecError, RecursionError):
        raise RpcFault(400, "Bad Params") from None
    if not isinstance(params, dict) or len(params) > PARAMS_MAX:
        raise RpcFault(400, "Bad Params")
    return params
