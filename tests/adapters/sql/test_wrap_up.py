"""Wrap-up times as people set them, and as the next engine finds them."""

from pathlib import Path

import pytest

from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.queues import SqlQueues
from busyhour.service import records as r
from busyhour.service.caller_records import InboundSettings
from tests.contract.inbound import Inbound, InSql


@pytest.mark.covers("OC-026", "OC-031")
async def test_an_engine_begins_with_the_usual_time_and_each_agents_own(database: Database, tmp_path: Path) -> None:
    inbound = Inbound(InSql(database, tmp_path))
    await inbound.begin()
    tenant, world = inbound.side.tenant, inbound.side.world  # type: ignore[attr-defined]
    before = await inbound.own("engine-2")
    assert (before.acw_usual_s, {agent.acw_s for agent in before.agents}) == (0.0, {0.0})
    await SqlQueues(database).save_inbound(tenant, InboundSettings(acw_s=45.0))
    first = before.agents[0].agent_id
    await world.directory.edit_agent(tenant, first, r.AgentEdit(acw_s=7.0))
    after = await inbound.own("engine-3")
    assert after.acw_usual_s == 45.0
    assert {agent.agent_id: agent.acw_s for agent in after.agents}[first] == 7.0
