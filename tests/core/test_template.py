"""Placeholders in the caller ID: each contact may be shown a number of its own."""

import msgspec
import pytest

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.dialer.template import LENGTH_MAX, expand
from tests.core.story import NOON_UTC_S, Story, campaign, item

CONTACT = msgspec.structs.replace(item(7), variables={"NAME": "WHITE", "area": "30", "campaign": "theirs"})


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("+4930900", "+4930900"),
        ("C1 ${NAME}", "C1 WHITE"),
        ("+49${area}900${area}", "+493090030"),
        ("${num}", CONTACT.number),
        ("${callid}", CONTACT.call),
        ("${retry}", "0"),
        ("${campaign}", "theirs"),  # the contact's own goes before the built-in one
        ("a${nobody}b", "ab"),
        ("${${NAME}}", "${WHITE}"),  # looked up once: what a contact is called is never itself a template
        ("${NAME", "${NAME"),
        ("9" * 100, "9" * LENGTH_MAX),
        ("${NAME}" * 100, ("WHITE" * 100)[:LENGTH_MAX]),
    ],
)
def test_placeholders_stand_for_what_is_known_of_the_contact(template: str, shown: str) -> None:
    assert expand(template, CONTACT, "Spring") == shown


@pytest.mark.covers("WD-117")
def test_each_contact_is_shown_its_own_number() -> None:
    story = Story(campaigns=[campaign(caller_id="+49${area}900")]).working("ann", "bob")
    items = tuple(msgspec.structs.replace(item(n), variables={"area": str(30 + n)}) for n in (1, 2))
    filled = e.HopperFilled(run_id=1, items=items, fresh_left=False, next_due_utc_s=None)
    commands = story.floor.handle(e.Instant(1.0, NOON_UTC_S + 1.0), filled)
    assert [one.caller_id for one in commands if isinstance(one, c.PlaceCall)] == ["+4931900", "+4932900"]
