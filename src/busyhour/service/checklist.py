"""The first-run checklist: the way from an empty system to the first call, each step with the page that does it."""

from typing import Final

from msgspec import Struct

from busyhour.core.model.values import Role
from busyhour.service import records as r
from busyhour.service.ports import Campaigns, Directory, Lists, Reports


class ChecklistItem(Struct, frozen=True, kw_only=True):
    key: str
    done: bool
    title: str
    text: str
    link: str


class Checklist(Struct, frozen=True, kw_only=True):
    items: tuple[ChecklistItem, ...]


NONE: Final = Checklist(items=())


async def checklist_for(
    session: r.Session,
    *,
    directory: Directory,
    lists: Lists,
    campaigns: Campaigns,
    reports: Reports,
    pbx_up: bool,
) -> Checklist:
    """Agents have nothing to set up."""
    if session.user.role is Role.AGENT:
        return NONE
    tenant = session.tenant.tenant_id
    trunks = await directory.trunks(tenant)
    agents = [agent for agent in await directory.agents(tenant) if not agent.disabled]
    known_lists = await lists.lists(tenant)
    known = await campaigns.campaigns(tenant)
    summary = await reports.summary(tenant, r.AttemptFilter())
    ready = [row for row in known if not row.faults]
    items = (
        item("pbx", pbx_up, "The PBX is connected", "Run `busyhour doctor`: it says what is missing.", "/system"),
        item(
            "password",
            not session.user.must_change_password,
            "Your password is your own",
            "Change the password that was printed at the first start.",
            "/account",
        ),
        item(
            "trunk",
            bool(trunks),
            "There is a trunk",
            "Add your carrier's address, login and number of lines.",
            "/trunks",
        ),
        item(
            "agent",
            bool(agents),
            "There is an agent",
            "Add a user with the role agent. Campaigns that only play a message need none.",
            "/users",
        ),
        item(
            "list",
            any(found.contacts for found in known_lists),
            "There is a contact list",
            "Make a list and import a CSV or XLSX file of contacts.",
            "/lists",
        ),
        item("campaign", bool(ready), "A campaign can start", campaign_text(known), "/campaigns"),
        item(
            "call",
            summary.attempts > 0,
            "The first call was made",
            "Start a campaign, then watch it on the live page.",
            "/campaigns",
        ),
    )
    return Checklist(items=items)


def campaign_text(campaigns: list[r.CampaignRow]) -> str:
    if not campaigns:
        return "Make a campaign: its list, its trunk, its agents or its message."
    row = campaigns[0]
    return f"{row.campaign.name}: {row.faults[0]}" if row.faults else "Start it when you are ready."


def item(key: str, done: bool, title: str, text: str, link: str) -> ChecklistItem:
    return ChecklistItem(key=key, done=done, title=title, text=text, link=link)
