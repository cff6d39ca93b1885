"""What `busyhour up --demo` adds: people to call and a network to call them in. Made once; never over one's own data.

200 contacts of mixed behavior, a trunk to the demo carrier, a campaign that plays a message, one for agents, one agent,
a queue that they serve, and a number that leads to it (`busyhour demo call-in` calls it).
"""

from collections.abc import AsyncIterator, Sequence

from busyhour.adapters.asterisk.demo import OUR_NUMBER, sample_contacts
from busyhour.core.model.campaign import Campaign, Hours, RetryRule
from busyhour.core.model.dialed import Treatment
from busyhour.core.model.queue import Announce, Destination, DestinationKind, Queue, QueueMember
from busyhour.core.model.values import AcwMode, DialMode, ListRole, Outcome, Role
from busyhour.http.prompts import speak
from busyhour.main.product import Product
from busyhour.service import records as r
from busyhour.service.caller_records import DialedNumberRow
from busyhour.service.numbers import Number, Numbers
from busyhour.service.secrets import new_password

LIST = "Demo contacts"
AGENT = "agent"
REMINDER = (
    "Hello. This is a demonstration of Busyhour. We remind you of your appointment tomorrow at ten. "
    "You need not do anything. Good bye."
)
SORRY = (
    "Hello. This is Busyhour, with a demonstration call. All our agents are busy, so we have to end this call. "
    "We are sorry for the disturbance. Good bye."
)
WELCOME = "Hello. This is Busyhour, with a demonstration of its queues. Please hold the line."
CAPACITY = 20
ALL_DAY = Hours()
RETRIES = (
    RetryRule(outcome=Outcome.CONGESTION, max_attempts=2, delay_s=120),
    RetryRule(outcome=Outcome.NO_ANSWER, max_attempts=3, delay_s=90),
    RetryRule(outcome=Outcome.BUSY, max_attempts=2, delay_s=300),
)
"""WD-135."""


async def furnish(product: Product, tenant: int) -> list[tuple[str, str]]:
    """Answers what must be told once: the demo agent's password."""
    directory = product.stores.directory
    if any(trunk.demo for trunk in await directory.trunks(tenant)):
        return []
    with product.progress.step("Demo"):
        trunk = await directory.save_trunk(tenant, r.demo_trunk("Demo carrier", capacity=CAPACITY, calls_per_s_max=5))
        list_id = await _contacts(product, tenant)
        password = new_password()
        user, _ = await product.accounts.create_user(
            tenant, login=AGENT, name="Demo Agent", role=Role.AGENT, password=password
        )
        assert user.agent_id is not None
        reminder = await _prompt(product, tenant, "Demo reminder", REMINDER)
        sorry = await _prompt(product, tenant, "Demo: no agent", SORRY)
        for campaign in (
            _message_campaign(trunk.trunk_id, reminder.media),
            _agents_campaign(trunk.trunk_id, user.agent_id, sorry.media),
        ):
            await product.stores.campaigns.save_campaign(tenant, campaign, lists=[(list_id, ListRole.NORMAL)])
        await _queue(product, tenant, user.agent_id)
    return [("Agent", f"{AGENT} / {password}   (shown this once)")]


async def _contacts(product: Product, tenant: int) -> int:
    lists = product.stores.lists
    contact_list = await lists.create_list(tenant, LIST)
    job = await lists.create_import(tenant, contact_list.list_id, "demo contacts")

    numbers = Numbers("US")

    def checked(name: str, text: str, attributes: dict[str, str]) -> r.NewContact:
        number = numbers.read(text)
        assert isinstance(number, Number), f"sample number {text}: {number.reason}"
        return r.NewContact(name=name, numbers=(number.text,), zones=(number.zones,), attributes=attributes)

    async def batch() -> AsyncIterator[Sequence[r.NewContact]]:
        yield [checked(*sample) for sample in sample_contacts()]

    added = await lists.import_contacts(tenant, job.import_id, batch(), lambda _done: None)
    await lists.save_import(
        tenant,
        r.ImportJob(
            import_id=job.import_id,
            list_id=job.list_id,
            file_name=job.file_name,
            state="done",
            rows_read=added,
            rows_total=added,
            contacts_added=added,
            rows_rejected=0,
            error=None,
            started_utc_s=job.started_utc_s,
            ended_utc_s=product.clock.now().utc_s,
        ),
    )
    return contact_list.list_id


async def _prompt(product: Product, tenant: int, name: str, text: str) -> r.Prompt:
    wanted = r.Prompt(prompt_id=0, name=name, text=text, language="en-US", media="", duration_s=0.0)
    kept = await product.stores.directory.save_prompt(tenant, wanted)
    return await speak(product.services, tenant, kept)


async def _queue(product: Product, tenant: int, agent_id: int) -> None:
    welcome = await _prompt(product, tenant, "Demo welcome", WELCOME)
    queue = Queue(
        queue_id=0,
        name="Demo: callers",
        members=(QueueMember(agent_id),),
        announce=Announce(welcome=welcome.media, place_every_s=20.0, wait=True),
        prefix="Demo",
    )
    saved = await product.stores.queues.save_queue(tenant, queue)
    treatment = Treatment(to=(Destination(DestinationKind.QUEUE, str(saved.queue_id)),))
    number = DialedNumberRow(number_id=0, pattern=OUR_NUMBER, label="Demo: callers", treatment=treatment)
    await product.stores.queues.save_dialed_number(tenant, number)


def _message_campaign(trunk_id: int, media: str) -> Campaign:
    return Campaign(
        campaign_id=0,
        name="Demo: reminder message",
        dial_mode=DialMode.AGENTLESS,
        max_concurrent=5,
        ring_timeout_s=20.0,
        message_prompt=media,
        callee_hours=ALL_DAY,
        retry_rules=RETRIES,
        trunk_ids=(trunk_id,),
    )


def _agents_campaign(trunk_id: int, agent_id: int, media: str) -> Campaign:
    return Campaign(
        campaign_id=0,
        name="Demo: talk with agents",
        dial_mode=DialMode.PROGRESSIVE,
        priority=5,
        max_concurrent=CAPACITY,
        ring_timeout_s=20.0,
        acw_mode=AcwMode.MAX,
        acw_max_s=60.0,
        abandon_prompt=media,
        callee_hours=ALL_DAY,
        retry_rules=RETRIES,
        trunk_ids=(trunk_id,),
        agent_ids=(agent_id,),
    )
