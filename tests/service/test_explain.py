"""Why a contact was dialed, or why not now: each reason is said, and the hardest first."""

from typing import Any

import msgspec
import pytest

from busyhour.core.dialer.hours import NOWHERE
from busyhour.core.model.campaign import Campaign, Compliance, Hours
from busyhour.core.model.values import DialMode
from busyhour.service import records as r
from busyhour.service.explain import about_contact, explain_run

NOON_UTC_S = 1_790_078_400.0  # 2026-09-22 12:00 UTC, a Tuesday
CAMPAIGN = Campaign(
    campaign_id=1,
    name="spring",
    dial_mode=DialMode.PROGRESSIVE,
    callee_hours=Hours(),
    trunk_ids=(1,),
    agent_ids=(1,),
)
PICTURE = r.MemberPicture(
    run_id=7,
    campaign=CAMPAIGN,
    run_state="running",
    member_state="waiting",
    attempts=0,
    due_utc_s=None,
    last_outcome=None,
    last_why=None,
    number="+390612345678",
    zones=("Europe/Rome",),
    on_dnc=False,
    live_call=None,
)


def state(**changes: Any) -> dict[str, Any]:
    run = {"agents_free": 1, "why": "1 agent is free", "run_id": 7} | changes.get("run", {})
    system = {"pbx_up": True, "store_up": True, "trunks": {"carrier": [1, 10]}} | changes.get("system", {})
    return {"agents": {}, "calls": {}, "runs": {"7": run}, "system": {"system": system}}


def said(live: dict[str, Any] | None = None, **changes: Any) -> str:
    picture = msgspec.structs.replace(PICTURE, **changes)
    return " ".join(explain_run(picture, live or state(), NOON_UTC_S).sentences)


def campaign(**changes: Any) -> Campaign:
    return msgspec.structs.replace(CAMPAIGN, **changes)


NIGHT = Hours(from_s=20 * 3600, until_s=22 * 3600)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "may be dialed now"),
        ({"live_call": "c1-ab"}, "is up now (c1-ab)"),
        ({"on_dnc": True}, "do-not-call list"),
        ({"run_state": "completed"}, "run is over (completed)"),
        ({"run_state": "paused"}, "unpause it"),
        ({"member_state": None}, "not taken from its list yet"),
        ({"member_state": "final", "attempts": 1, "last_outcome": "BUSY"}, "no rule asks for another attempt"),
        (
            {"due_utc_s": NOON_UTC_S + 300, "last_why": "BUSY: 2 of 3, after 300 s"},
            "waits until 2026-09-22 12:05:00 UTC, because BUSY: 2 of 3",
        ),
        (
            {"campaign": campaign(active_hours=NIGHT, time_zone="Europe/Rome")},
            "outside its hours; they open at 2026-09-22 20:00 in Europe/Rome",
        ),
        (
            {"campaign": campaign(callee_hours=NIGHT), "zones": ("America/New_York",)},
            "in America/New_York; they open at 2026-09-22 20:00 in America/New_York",
        ),
        (
            {"campaign": campaign(callee_hours=NIGHT), "zones": ("Europe/Rome", "Mars/Olympus")},
            "does not know the time zone 'Mars/Olympus', so no hour is sure to be allowed: import the contact again",
        ),
        (
            {"campaign": campaign(callee_hours=NIGHT), "zones": (NOWHERE,), "number": "+80012345678"},
            "Where +80012345678 rings cannot be told from the number, so no hour is sure to be allowed: import",
        ),
        ({"campaign": campaign(compliance=Compliance(preset="us")), "zones": ()}, "no hour is sure to be allowed"),
        ({"zones": ("Mars/Olympus",)}, "may be dialed now"),
        (
            {"campaign": campaign(active_hours=NIGHT, time_zone="Mars/Olympus")},
            "does not know the campaign's time zone 'Mars/Olympus', so its hours never open: choose another one",
        ),
        ({"attempts": 2, "last_outcome": "NO_ANSWER"}, "Dialed 2 times in this run; the last attempt ended NO_ANSWER"),
        (
            {"attempts": 1, "last_outcome": "BUSY", "live_call": "c1-1"},
            "Dialed once in this run; the last attempt is not over yet. A call to",
        ),
    ],
)
def test_each_reason_is_said(changes: dict[str, Any], expected: str) -> None:
    assert expected in said(**changes)


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (state(run={"agents_free": 0}), "No agent of the campaign is free"),
        (state(system={"pbx_up": False}), "PBX cannot be seen"),
        (state(system={"store_up": False}), "database cannot be reached"),
        (state(system={"trunks": {"carrier": [10, 10]}}), "All lines are in use (carrier 10/10)"),
    ],
)
def test_what_holds_the_whole_run_back_is_said(live: dict[str, Any], expected: str) -> None:
    assert expected in said(live)
    assert "may be dialed now" not in said(live)


def test_a_final_reason_is_the_only_one() -> None:
    live = state(run={"agents_free": 0})
    assert (
        said(live, on_dnc=True, due_utc_s=NOON_UTC_S + 60)
        == "The number is on a do-not-call list, so it is not called."
    )


def test_a_contact_in_no_run_is_told_what_to_do() -> None:
    contact = r.Contact(
        contact_id=1,
        list_id=1,
        position=1,
        name="Ada",
        numbers=("+390612345678",),
        attributes={},
        output={},
        time_zone=None,
        schedule_utc_s=None,
        schedule_extension=None,
    )
    text = " ".join(about_contact(contact, [], []))
    assert "add the list to a campaign and start it" in text
    assert "never dialed" in text
