"""One form of a caller's number: however a carrier spells it, the floor hears one person."""

import pytest

from busyhour.core import events as e
from busyhour.core.model.pictures import ChannelPicture, PbxPicture
from busyhour.service.spellings import Spellings, caller, read


@pytest.mark.parametrize(
    ("country", "dialed", "told"),
    [
        ("DE", "5551", "+49304567890"),
        ("DE", "5551", "0304567890"),
        ("DE", "5551", "0049304567890"),
        ("DE", "5551", "49304567890"),
        ("FR", "+4930111222", "0304567890"),  # the number that was dialed is in Germany
        ("FR", "0049 30 111222", "(030) 4567890"),
    ],
)
def test_each_spelling_is_one_person(country: str, dialed: str, told: str) -> None:
    assert caller(told, dialed, country) == "+49304567890"


@pytest.mark.parametrize("told", ["", "alice", "*31#", "12", "0000000000000000000000"])
def test_what_is_no_number_stays_as_it_came(told: str) -> None:
    assert caller(told, "5551", "DE") == told


def test_where_a_number_may_ring_is_read_with_it() -> None:
    assert read("0612345678", "IT") == ("+390612345678", ("Europe/Rome",))
    assert read("alice", "IT") == ("alice", ())


def test_every_fact_that_names_a_caller_is_heard_in_the_one_form() -> None:
    german = Spellings("DE")
    came = e.CallArrived(
        call="i1-1.1", dialed="5551", number="030456789", headers={"X-Ani": " 030456780 ", "URL": "030"}, at_utc_s=0.0
    )
    heard = german.heard(came)
    assert isinstance(heard, e.CallArrived)
    assert (heard.number, heard.headers) == ("+4930456789", {"X-Ani": "+4930456780", "URL": "030"})
    seen = german.heard(e.PbxSeen(pbx=_picture(number="030456789"), asked_mono_s=0.0))
    assert isinstance(seen, e.PbxSeen)
    assert seen.pbx.channels[0].number == "+4930456789"
    back = german.heard(e.TelephonyBack(pbx=_picture(number="030456789")))
    assert isinstance(back, e.TelephonyBack)
    assert back.pbx.channels[0].number == "+4930456789"
    asked = german.heard(e.CallbackAsked(call="i1-1.1", number="030 456789", request="1"))
    assert isinstance(asked, e.CallbackAsked)
    assert asked.number == "+4930456789"
    other = e.AgentRemoved(agent_id=1)
    assert german.heard(other) is other
    assert Spellings("").heard(came) is came


def _picture(number: str) -> PbxPicture:
    channel = ChannelPicture(channel="i1-1.1", answered=True, dialed="5551", number=number)
    return PbxPicture(boot="1", channels=(channel, ChannelPicture(channel="a1-1-1-1", answered=True)))
