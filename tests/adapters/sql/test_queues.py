"""Queues, numbers and skills, as an administrator changes them."""

import msgspec
import pytest

from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.directory import SqlDirectory
from busyhour.adapters.sql.queues import SqlQueues
from busyhour.core.model.dialed import Treatment
from busyhour.core.model.opening import Closed, Holiday, Opening
from busyhour.core.model.queue import (
    Announce,
    Destination,
    DestinationKind,
    OverflowAction,
    OverflowRule,
    OverflowTrigger,
    Queue,
    QueueMember,
    RelaxStep,
    SkillNeed,
    Strategy,
)
from busyhour.core.model.values import LegMode, PhoneKind, Role
from busyhour.service import records as r
from busyhour.service.caller_records import DialedNumberRow, InboundSettings
from busyhour.service.errors import Conflict, Invalid, NotFound

TO_QUEUE, TO_AGENT, TO_NUMBER = DestinationKind.QUEUE, DestinationKind.AGENT, DestinationKind.NUMBER
HELLO = r.Prompt(prompt_id=0, name="Hello", text="Good day", language="en-GB", media="p1-0-x", duration_s=1.5)


@pytest.fixture
def queues(database: Database) -> SqlQueues:
    return SqlQueues(database)


async def make_agent(directory: SqlDirectory, tenant: int, login: str = "ann") -> int:
    user = await directory.create_user(tenant, login=login, name=login, role=Role.AGENT, password_hash="x")
    made = await directory.create_agent(
        tenant, user_id=user.user_id, phone_kind=PhoneKind.BROWSER, sip_address="", leg_mode=LegMode.PERSISTENT
    )
    return made.agent_id


def leading_to(queue_id: int, pattern: str = "+39061234*") -> DialedNumberRow:
    to = (Destination(TO_QUEUE, str(queue_id)), Destination(TO_NUMBER, "+39069999"))
    return DialedNumberRow(number_id=0, pattern=pattern, label="Rome", treatment=Treatment(to=to))


async def test_a_queue_comes_back_as_it_was_saved_and_its_name_is_its_own(
    queues: SqlQueues, directory: SqlDirectory, tenant: int
) -> None:
    agent_id = await make_agent(directory, tenant)
    trunk_id = (await directory.save_trunk(tenant, r.demo_trunk("carrier", capacity=3))).trunk_id
    await directory.save_prompt(tenant, HELLO)
    other = await queues.save_queue(tenant, Queue(queue_id=0, name="Other"))
    full = Queue(
        queue_id=0,
        name=" Sales ",
        priority=7,
        skills=(SkillNeed("italian", 3),),
        relax=(RelaxStep(after_s=30.0, levels_less=2, tier=1),),
        members=(QueueMember(agent_id, 1),),
        strategy=Strategy.RRMEMORY,
        overflow=(
            OverflowRule(
                trigger=OverflowTrigger.SIZE,
                threshold=9,
                action=OverflowAction.TRANSFER,
                destination=Destination(TO_QUEUE, str(other.queue_id)),
            ),
            OverflowRule(trigger=OverflowTrigger.FULL, action=OverflowAction.ANNOUNCE_THEN_HANGUP, prompt=HELLO.media),
        ),
        opening=Opening(holidays=(Holiday(day="2026-12-25", name="Christmas"),), time_zone="Europe/Rome"),
        announce=Announce(welcome=HELLO.media, music=HELLO.media, language="de-DE"),
        trunk_ids=(trunk_id,),
        level_s=(15.0, 45.5),
    )
    saved = await queues.save_queue(tenant, full)
    assert saved == msgspec.structs.replace(full, queue_id=saved.queue_id, name="Sales")
    assert await queues.queues(tenant) == [other, saved]
    renamed = await queues.save_queue(tenant, msgspec.structs.replace(saved, name="Sales 2", members=()))
    assert await queues.queues(tenant) == [other, renamed]
    with pytest.raises(Conflict, match="queue of this name"):
        await queues.save_queue(tenant, Queue(queue_id=0, name="Other"))
    with pytest.raises(NotFound, match="no such queue"):
        await queues.save_queue(tenant, Queue(queue_id=saved.queue_id + 9, name="Gone"))
    with pytest.raises(Invalid, match="name"):
        await queues.save_queue(tenant, Queue(queue_id=0, name="  "))


async def test_how_much_waiting_counts_is_the_tenants_and_nobody_elses(
    queues: SqlQueues, directory: SqlDirectory, tenant: int
) -> None:
    other = (await directory.create_tenant(name="Other", time_zone="UTC", country="IT")).tenant_id
    await queues.save_inbound(tenant, InboundSettings(ageing_s=30.0, acw_s=45.0))
    assert await queues.inbound(tenant) == InboundSettings(ageing_s=30.0, acw_s=45.0)
    assert (await queues.inbound(other)).ageing_s == 0.0


@pytest.mark.parametrize(
    ("changes", "text", "field"),
    [
        ({"members": (QueueMember(77),)}, "no agent 77", "members"),
        ({"trunk_ids": (78,)}, "no trunk 78", "trunk_ids"),
        ({"announce": Announce(whisper="p9")}, "no prompt p9", "announce.whisper"),
        ({"announce": Announce(music="p9")}, "no prompt p9", "announce.music"),
        ({"kind": TO_AGENT, "target": "79"}, "no agent 79", "overflow[0].destination"),
        ({"kind": TO_QUEUE, "target": "80"}, "no queue 80", "overflow[0].destination"),
    ],
)
async def test_what_a_queue_names_must_be_there(
    queues: SqlQueues, tenant: int, changes: dict[str, object], text: str, field: str
) -> None:
    if "kind" in changes:
        to = Destination(changes["kind"], changes["target"])  # type: ignore[arg-type]
        rule = OverflowRule(trigger=OverflowTrigger.FULL, action=OverflowAction.TRANSFER, destination=to)
        changes = {"overflow": (rule,)}
    with pytest.raises(NotFound, match=text) as refused:
        await queues.save_queue(tenant, Queue(queue_id=0, name="Sales", **changes))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert await queues.queues(tenant) == []


async def test_a_target_that_is_no_number_of_a_queue_is_told_so(queues: SqlQueues, tenant: int) -> None:
    number = DialedNumberRow(number_id=0, pattern="1", treatment=Treatment(to=(Destination(TO_QUEUE, "Sales"),)))
    with pytest.raises(Invalid, match="number of a queue"):
        await queues.save_dialed_number(tenant, number)


async def test_numbers_lead_to_what_is_there_and_each_leads_once(queues: SqlQueues, tenant: int) -> None:
    queue = await queues.save_queue(tenant, Queue(queue_id=0, name="Sales"))
    saved = await queues.save_dialed_number(tenant, leading_to(queue.queue_id))
    closed = Treatment(to=saved.treatment.to, opening=Opening(emergency=True), prompts={Closed.EMERGENCY: "p9"})
    with pytest.raises(NotFound, match="no prompt p9"):
        await queues.save_dialed_number(tenant, msgspec.structs.replace(saved, treatment=closed))
    with pytest.raises(Conflict, match="leads somewhere already"):
        await queues.save_dialed_number(tenant, leading_to(queue.queue_id, "39061234*"))
    with pytest.raises(NotFound, match="no queue 99"):
        await queues.save_dialed_number(tenant, leading_to(99, "2"))
    with pytest.raises(Invalid, match="digits"):
        await queues.save_dialed_number(tenant, leading_to(queue.queue_id, "sales"))
    with pytest.raises(Invalid, match="where calls"):
        await queues.save_dialed_number(tenant, DialedNumberRow(number_id=0, pattern="3", treatment=Treatment(to=())))
    assert await queues.dialed_numbers(tenant) == [saved]
    changed = msgspec.structs.replace(saved, pattern="+3906X", label="Rome, too")
    assert await queues.save_dialed_number(tenant, changed) == changed
    assert await queues.dialed_numbers(tenant) == [changed]
    await queues.delete_dialed_number(tenant, saved.number_id)
    with pytest.raises(NotFound):
        await queues.delete_dialed_number(tenant, saved.number_id)


async def test_a_queue_goes_only_when_nothing_leads_to_it_and_its_name_is_free_then(
    queues: SqlQueues, tenant: int
) -> None:
    sales = await queues.save_queue(tenant, Queue(queue_id=0, name="Sales"))
    to_sales = OverflowRule(
        trigger=OverflowTrigger.FULL,
        action=OverflowAction.TRANSFER,
        destination=Destination(TO_QUEUE, str(sales.queue_id)),
    )
    help_ = await queues.save_queue(tenant, Queue(queue_id=0, name="Help", overflow=(to_sales,)))
    number = await queues.save_dialed_number(tenant, leading_to(sales.queue_id))
    with pytest.raises(Conflict, match=r"number \+39061234\* leads to this queue"):
        await queues.delete_queue(tenant, sales.queue_id)
    await queues.delete_dialed_number(tenant, number.number_id)
    with pytest.raises(Conflict, match="“Help” sends callers to this one"):
        await queues.delete_queue(tenant, sales.queue_id)
    await queues.delete_queue(tenant, help_.queue_id)
    await queues.delete_queue(tenant, sales.queue_id)
    with pytest.raises(NotFound):
        await queues.delete_queue(tenant, sales.queue_id)
    again = await queues.save_queue(tenant, Queue(queue_id=0, name="Sales"))
    assert again.queue_id != sales.queue_id
    assert await queues.queues(tenant) == [again]


async def test_an_agent_has_these_skills_and_no_others(queues: SqlQueues, directory: SqlDirectory, tenant: int) -> None:
    agent_id = await make_agent(directory, tenant)
    for skills in ({"italian": 5, "tax": 1}, {"tax": 10}, {}):
        await queues.set_skills(tenant, agent_id, skills)
        assert [one.skills for one in await directory.agents(tenant)] == [skills]
    for wrong in ({"tax": 0}, {"tax": 11}, {" ": 1}, {f"skill {n}": 1 for n in range(65)}):
        with pytest.raises(Invalid):
            await queues.set_skills(tenant, agent_id, wrong)
    with pytest.raises(NotFound):
        await queues.set_skills(tenant, agent_id + 1, {})


async def test_a_trunk_goes_only_when_no_queue_dials_over_it(
    queues: SqlQueues, directory: SqlDirectory, tenant: int
) -> None:
    one, two = [
        (await directory.save_trunk(tenant, r.demo_trunk(name, capacity=1))).trunk_id for name in ("one", "two")
    ]
    queue = await queues.save_queue(tenant, Queue(queue_id=0, name="Sales", trunk_ids=(one,)))
    await directory.delete_trunk(tenant, two)
    with pytest.raises(Conflict, match="“Sales” uses this trunk"):
        await directory.delete_trunk(tenant, one)
    await queues.delete_queue(tenant, queue.queue_id)
    await directory.delete_trunk(tenant, one)


async def test_a_prompt_goes_only_when_no_caller_hears_it(
    queues: SqlQueues, directory: SqlDirectory, tenant: int
) -> None:
    prompt = await directory.save_prompt(tenant, HELLO)
    queue = await queues.save_queue(tenant, Queue(queue_id=0, name="Sales", announce=Announce(welcome=prompt.media)))
    with pytest.raises(Conflict, match="queue “Sales” plays this prompt"):
        await directory.delete_prompt(tenant, prompt.prompt_id)
    said = Treatment(to=(Destination(DestinationKind.PROMPT, prompt.media),))
    row = DialedNumberRow(number_id=0, pattern="55", treatment=said)
    number = await queues.save_dialed_number(tenant, row)
    await queues.delete_queue(tenant, queue.queue_id)
    with pytest.raises(Conflict, match="number “55” plays this prompt"):
        await directory.delete_prompt(tenant, prompt.prompt_id)
    await queues.delete_dialed_number(tenant, number.number_id)
    await directory.delete_prompt(tenant, prompt.prompt_id)
    assert await directory.prompts(tenant) == []
