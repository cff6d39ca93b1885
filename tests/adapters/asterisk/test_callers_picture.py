"""Callers in the picture of what the PBX has: each is told once, as arrived or in a picture, whatever came first."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from busyhour.adapters.asterisk.ari import Reply
from busyhour.adapters.asterisk.ari_events import Info
from busyhour.core.events import CallAnswered, CallArrived, CallEnded, TelephonyBack
from busyhour.core.model.pictures import ChannelPicture, Parked
from tests.adapters.asterisk.caller_world import CALL, LEG, PBX_ID, World


def row(
    pbx_id: str = PBX_ID, *, state: str = "Ring", context: str = "busyhour-came", app: str = "Stasis", came: bool = True
) -> dict[str, Any]:
    return {
        "id": pbx_id,
        "state": state,
        "creationtime": "1970-01-01T00:01:30.000+0000",
        "dialplan": {"context": context, "app_name": app},
        "caller": {"name": "Ada", "number": "changed by us"},
        "channelvars": {"BUSYHOUR_CAME": "1/+4930777/4930100" if came else ""},
    }


class Pbx(World):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.rows: list[dict[str, Any]] = []
        self.rooms: list[dict[str, Any]] = []
        self.telephony.link.read = self._read  # type: ignore[method-assign, assignment]

    async def _read(self, path: str, **_more: Any) -> Reply:
        return Reply(200, json.dumps({"channels": self.rows, "bridges": self.rooms}.get(path, [])))

    async def picture(self) -> dict[str, ChannelPicture]:
        found = await self.telephony.picture(1)
        return {channel.channel: channel for channel in found.channels}

    async def link_comes_back(self) -> None:
        self.telephony._went_down()
        self.telephony.link._up = True
        self.told.clear()
        self.telephony._came_up(Info())

    async def back(self) -> dict[str, ChannelPicture]:
        assert self.telephony._resync is not None
        await self.telephony._resync
        await self.settled()
        (told,) = [event for event in self.told if isinstance(event, TelephonyBack)]
        return {channel.channel: channel for channel in told.pbx.channels}


@pytest.fixture
def pbx(tmp_path: Path) -> Pbx:
    return Pbx(tmp_path)


async def test_a_caller_is_in_it_with_what_the_list_says(pbx: Pbx) -> None:
    pbx.rows = [row()]
    assert await pbx.picture() == {
        CALL: ChannelPicture(
            channel=CALL, answered=False, dialed="4930100", number="+4930777", name="Ada", created_utc_s=90.0
        )
    }


@pytest.mark.parametrize(
    ("mark", "parked"),
    [
        ("3/7/1790000000.125", Parked(slot=3, agent_id=7, since_utc_s=1_790_000_000.125)),
        ("", None),
        ("3/7", None),
        ("3/7/nan", None),
        ("-1/7/1.000", None),
    ],
)
async def test_where_a_customer_was_parked(pbx: Pbx, mark: str, parked: Parked | None) -> None:
    pbx.rows = [row(state="Up")]
    pbx.rows[0]["channelvars"]["BUSYHOUR_PARKED"] = mark
    assert (await pbx.picture())[CALL].parked == parked


async def test_one_in_an_agents_room_and_one_who_was_sent_on(pbx: Pbx) -> None:
    """The PBX's own bridge of two who talk without us is no room of ours."""
    pbx.rows = [
        row(state="Up"),
        row("1700000000.8", state="Up", context="busyhour-sent", app="Dial"),
        row("1700000000.9", state="Up", context="busyhour-came", app="AppDial", came=False),
    ]
    pbx.rooms = [
        {"id": f"r{LEG}", "channels": [PBX_ID]},
        {"id": "0b7c", "channels": ["1700000000.8", "1700000000.9"]},
    ]
    found = await pbx.picture()
    assert {name: (channel.bridge, channel.in_app, channel.outside) for name, channel in found.items()} == {
        CALL: (f"r{LEG}", True, False),
        "i1-1700000000.8": (None, False, True),
    }


@pytest.mark.parametrize("app", ["Wait", "Ringing", "Playback", ""])
async def test_whom_the_dialplan_holds_is_not_in_it_and_not_told_of(pbx: Pbx, app: str) -> None:
    pbx.rows = [row(app=app)]
    assert await pbx.picture() == {}
    pbx.state("Up")
    pbx.ends(state="Up")
    assert pbx.told == []


async def test_whom_it_holds_arrives_when_our_application_takes_them(pbx: Pbx) -> None:
    pbx.rows = [row(app="Wait")]
    await pbx.link_comes_back()
    assert await pbx.back() == {}
    pbx.comes()
    await pbx.settled()
    assert [type(event) for event in pbx.told] == [TelephonyBack, CallArrived]


async def test_whose_headers_are_being_read_is_told_as_arrived_only(pbx: Pbx) -> None:
    pbx.rows = [row()]
    pbx.answers.clear()
    pbx.comes()
    assert await pbx.picture() == {}
    pbx.answers.set()
    await pbx.settled()
    assert [type(event) for event in pbx.told] == [CallArrived]
    assert set(await pbx.picture()) == {CALL}


async def test_who_came_while_nobody_listened_is_in_the_next_picture_and_not_told_again(pbx: Pbx) -> None:
    pbx.rows = [row()]
    await pbx.link_comes_back()
    assert set(await pbx.back()) == {CALL}
    pbx.comes()  # told late
    await pbx.settled()
    pbx.state("Up", at_utc_s=105.0)
    pbx.ends(state="Up")
    assert [type(event) for event in pbx.told] == [TelephonyBack, CallAnswered, CallEnded]


@pytest.mark.parametrize("slowly", [False, True])
async def test_who_came_while_the_picture_was_made_is_told_as_arrived_only(pbx: Pbx, slowly: bool) -> None:
    pbx.rows = [row()]
    pbx.said = {"PJSIP_HEADERS()": "Dnis", "PJSIP_HEADER(read,Dnis)": "4930"}
    await pbx.link_comes_back()
    pbx.comes()
    if slowly:
        pbx.answers.clear()
        asyncio.get_running_loop().call_later(0.05, pbx.answers.set)
    assert await pbx.back() == {}
    told = pbx.told[-1]
    assert isinstance(told, CallArrived)
    assert told.headers == {"Dnis": "4930"}
    assert [type(event) for event in pbx.told] == [TelephonyBack, CallArrived]


async def test_whose_headers_were_being_read_when_the_link_was_lost_is_in_the_next_picture(pbx: Pbx) -> None:
    pbx.rows = [row()]
    pbx.comes()
    await pbx.link_comes_back()
    assert set(await pbx.back()) == {CALL}
    assert [type(event) for event in pbx.told] == [TelephonyBack]


@pytest.mark.covers("CP-044")
async def test_it_has_the_headers_of_callers_whom_nobody_asks_about_read_once(pbx: Pbx) -> None:
    pbx.said = {"PJSIP_HEADERS()": "X-Skills", "PJSIP_HEADER(read,X-Skills)": "dutch:2"}
    pbx.rows = [row()]
    await pbx.link_comes_back()
    found = await pbx.back()
    assert found[CALL].headers == {"X-Skills": "dutch:2"}
    pbx.asked.clear()
    assert (await pbx.picture())[CALL].headers == {"X-Skills": "dutch:2"}
    assert pbx.asked == [], "read once"
    assert (await pbx.telephony.picture(1, [CALL])).channels[0].headers == {}, "whoever asks about them knows them"


@pytest.mark.parametrize("status", [None, 0, 404, 500])
async def test_whose_headers_cannot_be_read_is_in_it_all_the_same(pbx: Pbx, status: int | None) -> None:
    pbx.rows = [row()]
    pbx.status = lambda request: status if "PJSIP_HEADER" in request else 204
    await pbx.link_comes_back()
    assert (await pbx.back())[CALL].headers == {}
