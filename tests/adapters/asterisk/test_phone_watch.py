"""Who is told of which phone, when AMI and ARI's list say it at different moments."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from busyhour.adapters.asterisk.ami import AmiMessage
from busyhour.adapters.asterisk.phone_watch import PhoneWatch
from busyhour.core.events import Event, PhoneGone, PhoneRegistered
from tests.adapters.asterisk.no_pbx import NO_PBX

HERE_5, GONE_5 = PhoneRegistered(agent_id=5), PhoneGone(agent_id=5)
HERE_6 = PhoneRegistered(agent_id=6)


class _Pbx:
    """Its list of phones waits until it is let go."""

    def __init__(self, *listed: PhoneRegistered | PhoneGone) -> None:
        self.listed = listed
        self.asked, self.answers = asyncio.Event(), asyncio.Event()
        self.told: list[tuple[int, Event]] = []
        self.tenants: set[int] = {1}
        self.spawned: list[asyncio.Task[None]] = []
        self.watch = PhoneWatch(
            NO_PBX,
            ask=self._ask,
            tell=lambda tenant, event: self.told.append((tenant, event)),
            tenants=lambda: self.tenants,
            spawn=self._spawn,
        )

    async def _ask(self, tenant: int) -> tuple[PhoneRegistered | PhoneGone, ...]:
        assert tenant == 1
        self.asked.set()
        await self.answers.wait()
        return self.listed

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.spawned.append(asyncio.create_task(work))

    def says(self, phone: str, status: str) -> None:
        self.watch._hear(AmiMessage({"Event": "PeerStatus", "Peer": f"PJSIP/{phone}", "PeerStatus": status}))


async def test_a_change_while_the_list_is_under_way_is_newer_than_the_list() -> None:
    pbx = _Pbx(GONE_5, HERE_6)
    asking = asyncio.create_task(pbx.watch.tell_all(1))
    await pbx.asked.wait()
    pbx.says("g1-5", "Reachable")
    pbx.answers.set()
    await asking
    assert pbx.told == [(1, HERE_5), (1, HERE_6)]


async def test_a_change_before_the_list_does_not_outlive_it() -> None:
    pbx = _Pbx(GONE_5)
    pbx.says("g1-5", "Reachable")
    pbx.answers.set()
    await pbx.watch.tell_all(1)
    assert pbx.told == [(1, HERE_5), (1, GONE_5)]


async def test_two_lists_at_once_both_give_way() -> None:
    pbx = _Pbx(GONE_5)
    asking = [asyncio.create_task(pbx.watch.tell_all(1)) for _ in range(2)]
    await pbx.asked.wait()
    await asyncio.sleep(0)
    pbx.says("g1-5", "Reachable")
    pbx.answers.set()
    await asyncio.gather(*asking)
    assert pbx.told == [(1, HERE_5)]


async def test_only_those_who_listen_are_told() -> None:
    pbx = _Pbx()
    pbx.says("g2-5", "Reachable")
    pbx.tenants.clear()
    pbx.says("g1-5", "Reachable")
    pbx.says("t1-1", "Reachable")
    assert pbx.told == []


async def test_all_phones_are_asked_for_when_ami_comes_back() -> None:
    pbx = _Pbx(HERE_5)
    pbx.answers.set()
    pbx.watch._changed(False)
    assert not pbx.spawned
    pbx.watch._changed(True)
    await asyncio.gather(*pbx.spawned)
    assert pbx.told == [(1, HERE_5)]
