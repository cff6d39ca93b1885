"""Why a contact was dialed, or why not now: sentences for people, from what is stored and what is live.

The rules are the dialer's own (`core/dialer`), asked again for this instant; nothing is decided here.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from busyhour.core.dialer.compliance.hours import is_lawful_hour, next_lawful_hour
from busyhour.core.dialer.hours import (
    NOWHERE,
    is_always,
    is_open,
    is_open_everywhere,
    next_open,
    zone,
    zone_known,
    zones_of,
)
from busyhour.core.life.run import ACTIVE, RunState
from busyhour.core.model.values import DialMode
from busyhour.service import records as r
from busyhour.service.ports import Lists, Reports

HISTORY_SHOWN: Final = 5


class RunExplanation(Struct, frozen=True, kw_only=True):
    """What holds for the contact in one run; the last sentence answers "why not now"."""

    run_id: int
    campaign_name: str
    run_state: str
    member_state: str | None
    attempts: int
    due_utc_s: float | None
    sentences: tuple[str, ...]


class Explanation(Struct, frozen=True, kw_only=True):
    contact: r.Contact
    sentences: tuple[str, ...]
    runs: tuple[RunExplanation, ...]


async def explain_contact(
    tenant: int, contact_id: int, *, lists: Lists, reports: Reports, live: bytes, now_utc_s: float
) -> Explanation:
    contact = await lists.contact(tenant, contact_id)
    pictures = await reports.member_pictures(tenant, contact_id)
    history = await reports.contact_history(tenant, contact_id, limit=HISTORY_SHOWN)
    state = msgspec.json.decode(live)["state"]
    runs = tuple(explain_run(picture, state, now_utc_s) for picture in pictures)
    return Explanation(contact=contact, sentences=tuple(about_contact(contact, pictures, history)), runs=runs)


def about_contact(contact: r.Contact, pictures: list[r.MemberPicture], history: list[r.AttemptRow]) -> list[str]:
    said = []
    if not contact.numbers:
        said.append("The contact has no number, so nobody can call.")
    if not pictures:
        said.append("No campaign with a run has this contact's list: add the list to a campaign and start it.")
    if not history:
        said.append("It was never dialed.")
    for attempt in history:
        ended = attempt.outcome or f"is {attempt.state}"
        said.append(f"{instant(attempt.intent_utc_s)}: dialed {attempt.number}, {ended}. Why: {attempt.why}.")
    return said


def explain_run(picture: r.MemberPicture, state: dict[str, Any], now_utc_s: float) -> RunExplanation:
    sentences = [*about_past(picture), *about_now(picture, state, now_utc_s)]
    return RunExplanation(
        run_id=picture.run_id,
        campaign_name=picture.campaign.name,
        run_state=picture.run_state,
        member_state=picture.member_state,
        attempts=picture.attempts,
        due_utc_s=picture.due_utc_s,
        sentences=tuple(sentences),
    )


def about_past(picture: r.MemberPicture) -> list[str]:
    if not picture.attempts:
        return []
    times = "once" if picture.attempts == 1 else f"{picture.attempts} times"
    if picture.live_call is not None or picture.last_outcome is None:
        return [f"Dialed {times} in this run; the last attempt is not over yet."]
    why = f": {picture.last_why}" if picture.last_why else ""
    return [f"Dialed {times} in this run; the last attempt ended {picture.last_outcome}{why}."]


def about_now(picture: r.MemberPicture, state: dict[str, Any], now_utc_s: float) -> list[str]:
    """The hardest reasons first, as in `core/dialer/may_dial.py`; a final one is the only one."""
    if picture.live_call is not None:
        return [f"A call to {picture.number} is up now ({picture.live_call})."]
    final = final_reason(picture)
    if final is not None:
        return [final]
    waits = [*waiting(picture, now_utc_s), *closed_hours(picture, now_utc_s), *held_back(picture, state)]
    return waits or ["It may be dialed now, and will be when its turn comes."]


def final_reason(picture: r.MemberPicture) -> str | None:
    if picture.run_state not in {str(active) for active in ACTIVE}:
        return f"The run is over ({picture.run_state}): start the campaign again to go on."
    if picture.on_dnc:
        return "The number is on a do-not-call list, so it is not called."
    if picture.member_state == "final":
        return "It is finished in this run: no rule asks for another attempt."
    return None


def waiting(picture: r.MemberPicture, now_utc_s: float) -> list[str]:
    if picture.member_state is None:
        return ["It was not taken from its list yet: contacts before it come first."]
    if picture.due_utc_s is not None and picture.due_utc_s > now_utc_s:
        return [f"It waits until {instant(picture.due_utc_s)}{because(picture)}."]
    if picture.member_state == "taken":
        return ["It is in the hopper, among the next to be dialed."]
    return []


def because(picture: r.MemberPicture) -> str:
    return f", because {picture.last_why}" if picture.last_why else ""


def closed_hours(picture: r.MemberPicture, now_utc_s: float) -> list[str]:
    campaign, said = picture.campaign, []
    if not zone_known(campaign.time_zone) and not is_always(campaign.active_hours):
        said.append(
            f"This machine does not know the campaign's time zone {campaign.time_zone!r}, so its hours never open: "
            "choose another one in the campaign's settings."
        )
    elif not is_open(campaign.active_hours, campaign.time_zone, now_utc_s):
        opens = next_open(campaign.active_hours, (campaign.time_zone,), now_utc_s)
        said.append(f"The campaign is outside its hours; {opening(opens, campaign.time_zone)}.")
    zones = zones_of(None, picture.zones)
    allowed = is_open_everywhere(campaign.callee_hours, zones, now_utc_s) and is_lawful_hour(campaign, zones, now_utc_s)
    unknown = next((name for name in zones if not zone_known(name)), None)
    if unknown is not None and not allowed:
        said.append(no_zone(unknown, picture.number))
    elif not is_open_everywhere(campaign.callee_hours, zones, now_utc_s):
        opens = next_open(campaign.callee_hours, zones, now_utc_s)
        closed = ", ".join(name for name in zones if not is_open(campaign.callee_hours, name, now_utc_s))
        said.append(f"It is outside the hours for calling people in {closed}; {opening(opens, zones[0])}.")
    elif not is_lawful_hour(campaign, zones, now_utc_s):
        opens = next_lawful_hour(campaign, zones, now_utc_s)
        said.append(f"The law allows no call at this hour in {', '.join(zones)}; {opening(opens, zones[0])}.")
    return said


def no_zone(name: str, number: str) -> str:
    """Why this zone forbids the call, and what to do."""
    if name == NOWHERE:
        return (
            f"Where {number} rings cannot be told from the number, so no hour is sure to be allowed: "
            "import the contact again with its zone in a column time_zone, such as Europe/Rome."
        )
    return (
        f"This machine does not know the time zone {name!r}, so no hour is sure to be allowed: import the contact "
        "again with another one in the column time_zone, or update the package tzdata and start Busyhour again."
    )


def held_back(picture: r.MemberPicture, state: dict[str, Any]) -> list[str]:
    """What keeps the whole run from dialing at this moment."""
    if picture.run_state == RunState.PAUSED:
        return ["The run is paused: unpause it to go on."]
    said = []
    system = state["system"].get("system")
    if system and not system["pbx_up"]:
        said.append("The PBX cannot be seen, so nothing is dialed.")
    if system and not system["store_up"]:
        said.append("The database cannot be reached, so nothing is dialed.")
    run = state["runs"].get(str(picture.run_id))
    if run is None:
        return said
    if picture.campaign.dial_mode is DialMode.PROGRESSIVE and run["agents_free"] == 0:
        said.append("No agent of the campaign is free.")
    full = full_trunks(picture, system)
    if full:
        said.append(f"All lines are in use ({full}).")
    if said and run["why"]:
        said.append(f"The dialer says: {run['why']}.")
    return said


def full_trunks(picture: r.MemberPicture, system: dict[str, Any] | None) -> str:
    """The live view has trunks by name; when every one of them is full, so are the campaign's."""
    trunks = system["trunks"] if system else {}
    full = [f"{name} {up}/{capacity}" for name, (up, capacity) in sorted(trunks.items()) if up >= capacity]
    return ", ".join(full) if full and len(full) == len(trunks) and picture.campaign.trunk_ids else ""


def opening(opens_utc_s: float | None, name: str) -> str:
    if opens_utc_s is None:
        return "they never open: change the hours or the days"
    local = datetime.fromtimestamp(opens_utc_s, zone(name))
    return f"they open at {local:%Y-%m-%d %H:%M} in {name}"


def instant(utc_s: float) -> str:
    return f"{datetime.fromtimestamp(utc_s, UTC):%Y-%m-%d %H:%M:%S} UTC"
