"""Lists that several campaigns work through at the same time: each has its own place in them."""

import pytest

from busyhour.core.events import CallCommitted
from busyhour.core.model.values import ListRole

from .conftest import World, new_contact, number


@pytest.mark.covers("WD-072")
async def test_two_campaigns_call_the_same_list_and_neither_takes_from_the_other(world: World) -> None:
    people = await world.add_list("people", [new_contact(i) for i in range(2)])
    first = await world.start((people, ListRole.NORMAL))
    campaign_id = world.campaign.campaign_id
    second = await world.start((people, ListRole.NORMAL))
    [one, two] = (await world.fill(run_id=first)).items
    again = (await world.fill(run_id=second)).items
    assert [item.number for item in again] == [one.number, two.number] == [number(0), number(1)]
    assert {item.member_id for item in again} & {one.member_id, two.member_id} == set()
    world.run_id = first
    assert await world.commit(world.place(one, campaign_id=campaign_id)) == [CallCommitted(call=one.call)]
    await world.commit(world.close(one))
    finished = [(await world.campaigns.run(world.tenant, run_id)).finished for run_id in (first, second)]
    assert finished == [1, 0]
