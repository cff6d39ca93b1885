"""The first-run checklist: the way from an empty system to the first call, each step with the page that does it."""

from typing import Final, TypeAlias

from msgspec import Struct

from busyhour.core.model.values import Role
from busyhour.service import records as r
from busyhour.service.ports import Campaigns, Directory, Lists, Queues, Reports


class ChecklistItem(Struct, frozen=True, kw_only=True):
    key: str
    done: bool
    title: str
    text: str
    link: str


class Checklist(Struct, frozen=True, kw_only=True):
    items: tuple[ChecklistItem, ...]


NONE: Final = Checklist(items=())
NAMES_MAX: Final = 3

Words: TypeAlias = tuple[str, str]
"""A title and a text."""


async def checklist_for(
    session: r.Session,
    *,
    directory: Directory,
    lists: Lists,
    campaigns: Campaigns,
    queues: Queues,
    reports: Reports,
    pbx_up: bool,
) -> Checklist:
    """Agents have nothing to set up."""
    if session.user.role is Role.AGENT:
        return NONE
    tenant = session.tenant.tenant_id
    trunks = [trunk.name for trunk in await directory.trunks(tenant)]
    agents = [agent.name for agent in await directory.agents(tenant) if not agent.disabled]
    filled = [found.name for found in await lists.lists(tenant) if found.contacts]
    known = await campaigns.campaigns(tenant)
    summary = await reports.summary(tenant, r.AttemptFilter())
    return Checklist(
        items=(
            *about_parts(pbx_up, session.user.must_change_password),
            *about_things(trunks, agents, filled),
            *about_calling(known, summary.attempts),
            about_callers(
                [queue.name for queue in await queues.queues(tenant)],
                [row.pattern for row in await queues.dialed_numbers(tenant)],
            ),
        )
    )


def about_parts(pbx_up: bool, must_change_password: bool) -> list[ChecklistItem]:
    return [
        item(
            "pbx",
            pbx_up,
            ("The PBX is connected", "Calls can be placed."),
            ("Connect the PBX", "In a terminal, run `busyhour doctor`: it says what is missing and what to do."),
            "/system",
        ),
        item(
            "password",
            not must_change_password,
            ("Your password is your own", "Nobody else has seen it."),
            ("Choose a password of your own", "The one you logged in with was shown in the terminal."),
            "/account",
        ),
    ]


def about_things(trunks: list[str], agents: list[str], lists: list[str]) -> list[ChecklistItem]:
    return [
        item(
            "trunk",
            bool(trunks),
            ("There is a trunk", f"{names(trunks)}: a way to the telephone network."),
            ("Add a trunk", "Your carrier's address, login and number of lines."),
            "/trunks",
        ),
        item(
            "agent",
            bool(agents),
            ("There is an agent", f"{names(agents)}: takes calls at the agent desk."),
            ("Add an agent", "A user with the role agent. Campaigns that only play a message need none."),
            "/users",
        ),
        item(
            "list",
            bool(lists),
            ("There is a contact list", f"{names(lists)}: whom to call."),
            ("Import a contact list", "Make a list and import a CSV or XLSX file of contacts."),
            "/lists",
        ),
    ]


def about_calling(campaigns: list[r.CampaignRow], attempts: int) -> list[ChecklistItem]:
    ready = [row.campaign.name for row in campaigns if not row.faults]
    return [
        item("campaign", bool(ready), ("A campaign can start", names(ready)), campaign_to_do(campaigns), "/campaigns"),
        item(
            "call",
            attempts > 0,
            ("The first call was made", f"{attempts} so far: see them under Attempts."),
            ("Make the first call", "An agent presses Ready at the desk; then start the campaign here."),
            "/attempts" if attempts else "/campaigns",
        ),
    ]


def about_callers(queues: list[str], numbers: list[str]) -> ChecklistItem:
    """Last, for who only dials needs none of it."""
    if not queues:
        to_do = "Make a queue, if people are to call you", "With the agents or skills that serve it; then its number."
    else:
        to_do = "Let a number lead to a queue", f"{names(queues)}: say which number callers dial to reach it."
    done = "Callers can reach you", f"{names(numbers)} is answered."
    return item("callers", bool(queues and numbers), done, to_do, "/numbers" if queues else "/queues")


def campaign_to_do(campaigns: list[r.CampaignRow]) -> Words:
    if not campaigns:
        return "Make a campaign", "It needs a list, a trunk, and agents or a message."
    row = campaigns[0]
    fault = row.faults[0] if row.faults else "It is closed."
    return "Make a campaign complete", f"{row.campaign.name}: {fault}"


def names(found: list[str]) -> str:
    """A few of them."""
    more = len(found) - NAMES_MAX
    return ", ".join(found[:NAMES_MAX]) + (f" and {more} more" if more > 0 else "")


def item(key: str, done: bool, when_done: Words, to_do: Words, link: str) -> ChecklistItem:
    title, text = when_done if done else to_do
    return ChecklistItem(key=key, done=done, title=title, text=text, link=link)
