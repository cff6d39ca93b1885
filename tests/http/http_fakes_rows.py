"""The ports `Lists`, `Campaigns` and `Reports` in memory, over the tables of `FakeDirectory`."""

from collections.abc import AsyncIterator, Callable, Sequence

import msgspec

from busyhour.core.model.campaign import Campaign
from busyhour.core.model.pictures import HopperItem, RunPicture
from busyhour.core.model.values import ListRole
from busyhour.service import records as r
from busyhour.service.errors import Invalid
from tests.http.http_fakes_people import FakeDirectory

replace = msgspec.structs.replace


class FakeLists:
    def __init__(self, directory: FakeDirectory) -> None:
        self.directory = directory

    async def lists(self, tenant: int, *, hidden: bool = False) -> list[r.ContactList]:
        return [found for found in self.directory.table("list", tenant).values() if hidden or not found.hidden]

    async def list_(self, tenant: int, list_id: int) -> r.ContactList:
        return self.directory._one("list", tenant, list_id)

    async def create_list(self, tenant: int, name: str) -> r.ContactList:
        list_id = next(self.directory.ids)
        made = r.ContactList(
            list_id=list_id, name=name, hidden=False, created_utc_s=self.directory.clock.utc_s, contacts=0, numbers=0
        )
        return self.directory._keep("list", tenant, list_id, made)

    async def edit_list(
        self, tenant: int, list_id: int, *, name: str | None = None, hidden: bool | None = None
    ) -> r.ContactList:
        found = await self.list_(tenant, list_id)
        changed = replace(found, name=name or found.name, hidden=found.hidden if hidden is None else hidden)
        return self.directory._keep("list", tenant, list_id, changed)

    async def delete_list(self, tenant: int, list_id: int) -> None:
        self.directory._drop("list", tenant, list_id)

    async def contacts(
        self, tenant: int, list_id: int, *, search: str | None = None, cursor: str | None = None, limit: int = 100
    ) -> r.Page:
        await self.list_(tenant, list_id)
        found = [c for c in self.directory.table("contact", tenant).values() if c.list_id == list_id]
        return r.Page(rows=tuple(found), cursor=None)

    async def contact(self, tenant: int, contact_id: int) -> r.Contact:
        return self.directory._one("contact", tenant, contact_id)

    def add_contact(self, tenant: int, list_id: int, name: str, number: str) -> r.Contact:
        contact = r.Contact(
            contact_id=next(self.directory.ids),
            list_id=list_id,
            position=1,
            name=name,
            numbers=(number,),
            attributes={"city": "Rome"},
            output={},
            time_zone=None,
            schedule_utc_s=None,
            schedule_extension=None,
        )
        return self.directory._keep("contact", tenant, contact.contact_id, contact)

    async def create_import(self, tenant: int, list_id: int, file_name: str) -> r.ImportJob:
        await self.list_(tenant, list_id)
        job = r.ImportJob(
            import_id=next(self.directory.ids),
            list_id=list_id,
            file_name=file_name,
            state="running",
            rows_read=0,
            rows_total=None,
            contacts_added=0,
            rows_rejected=0,
            error=None,
            started_utc_s=self.directory.clock.utc_s,
            ended_utc_s=None,
        )
        return self.directory._keep("import", tenant, job.import_id, job)

    async def save_import(self, tenant: int, job: r.ImportJob, rejects: Sequence[r.Reject] = ()) -> None:
        self.directory._keep("import", tenant, job.import_id, job)

    async def import_(self, tenant: int, import_id: int) -> r.ImportJob:
        return self.directory._one("import", tenant, import_id)

    async def rejects(self, tenant: int, import_id: int, *, limit: int = 100_000) -> list[r.Reject]:
        await self.import_(tenant, import_id)
        return []

    async def import_contacts(
        self,
        tenant: int,
        import_id: int,
        batches: AsyncIterator[Sequence[r.NewContact]],
        progress: Callable[[int], None],
    ) -> int:
        return 0

    async def export_contacts(self, tenant: int, list_id: int) -> AsyncIterator[r.Contact]:
        for contact in (await self.contacts(tenant, list_id)).rows:
            yield contact


class FakeCampaigns:
    def __init__(self, directory: FakeDirectory) -> None:
        self.directory = directory

    async def campaigns(self, tenant: int, *, hidden: bool = False) -> list[r.CampaignRow]:
        return list(self.directory.table("campaign", tenant).values())

    async def campaign(self, tenant: int, campaign_id: int) -> r.CampaignRow:
        return self.directory._one("campaign", tenant, campaign_id)

    async def save_campaign(
        self, tenant: int, campaign: Campaign, *, lists: Sequence[tuple[int, ListRole]], status: str = "runnable"
    ) -> r.CampaignRow:
        campaign_id = campaign.campaign_id or next(self.directory.ids)
        row = r.CampaignRow(
            campaign=replace(campaign, campaign_id=campaign_id),
            status=status,
            lists=tuple(
                r.CampaignList(list_id=list_id, name="list", role=role, position=n)
                for n, (list_id, role) in enumerate(lists)
            ),
            run_id=None,
            run_state=None,
            created_utc_s=self.directory.clock.utc_s,
            faults=() if campaign.trunk_ids else ("It has no trunk. Choose one in the campaign's settings.",),
        )
        return self.directory._keep("campaign", tenant, campaign_id, row)

    async def learned(self, tenant: int, campaign_id: int) -> bytes:
        return self.directory.table("learned", tenant).get(campaign_id, b"")

    async def delete_campaign(self, tenant: int, campaign_id: int) -> None:
        self.directory._drop("campaign", tenant, campaign_id)

    async def dial_by_hand(
        self, tenant: int, campaign_id: int, *, contact_id: int | None, number: str | None, zones: Sequence[str]
    ) -> tuple[int, HopperItem]:
        assert zones or contact_id is not None
        item = HopperItem(
            call=f"c{tenant}-b", member_id=1, contact_id=contact_id or 1, list_id=1, attempt_no=1, number=number or ""
        )
        return (await self.campaign(tenant, campaign_id)).run_id or 0, item

    async def start_run(self, tenant: int, campaign_id: int) -> RunPicture:
        row = await self.campaign(tenant, campaign_id)
        if row.faults:
            raise Invalid(" ".join(row.faults), code="not_startable")
        run_id = next(self.directory.ids)
        run = r.RunRow(
            run_id=run_id,
            campaign_id=campaign_id,
            campaign_name=row.campaign.name,
            state="runnable",
            started_utc_s=self.directory.clock.utc_s,
            ended_utc_s=None,
            placed=0,
            finished=0,
            waiting=0,
            fresh=1,
            next_due_utc_s=None,
        )
        self.directory._keep("run", tenant, run_id, run)
        self.directory._keep("campaign", tenant, campaign_id, replace(row, run_id=run_id, run_state=run.state))
        return RunPicture(run_id=run_id, campaign=row.campaign, state=run.state, started_utc_s=run.started_utc_s)

    async def runs(self, tenant: int, *, active_only: bool = False, limit: int = 50) -> list[r.RunRow]:
        return list(self.directory.table("run", tenant).values())

    async def run(self, tenant: int, run_id: int) -> r.RunRow:
        return self.directory._one("run", tenant, run_id)


class FakeReports:
    def __init__(self, directory: FakeDirectory) -> None:
        self.directory = directory
        self.pictures: dict[tuple[int, int], list[r.MemberPicture]] = {}

    async def attempts(
        self, tenant: int, which: r.AttemptFilter, *, cursor: str | None = None, limit: int = 100
    ) -> r.Page:
        rows = [row for row in self.directory.table("attempt", tenant).values() if which.outcome in {None, row.outcome}]
        return r.Page(rows=tuple(rows[:limit]), cursor=None)

    async def attempt(self, tenant: int, call: str) -> r.AttemptRow:
        return self.directory._one("attempt", tenant, call)

    async def export_attempts(self, tenant: int, which: r.AttemptFilter) -> AsyncIterator[r.AttemptRow]:
        for row in self.directory.table("attempt", tenant).values():
            yield row

    async def summary(self, tenant: int, which: r.AttemptFilter) -> r.Summary:
        count = len(self.directory.table("attempt", tenant))
        return r.Summary(
            attempts=count, contacts=count, talk_ms=0, wait_pre_ms=0, wait_after_ms=0, outcomes=(), trunks=()
        )

    async def compliance_days(
        self, tenant: int, campaign_id: int | None, *, from_utc_s: float, until_utc_s: float
    ) -> list[r.ComplianceDay]:
        rows = self.directory.table("attempt", tenant).values()
        dialed = [row for row in rows if campaign_id in {None, row.campaign_id}]
        within = [row for row in dialed if from_utc_s <= row.intent_utc_s <= until_utc_s]
        plain = dict.fromkeys(r.ComplianceDay.__struct_fields__, 0)
        names = {"day": "2027-01-15", "campaign_name": "campaign", "preset": "strict", "campaign_id": campaign_id or 1}
        ms = {"met_max_ms": None, "met_p95_ms": None, "rang_min_ms": 17_250}
        return [r.ComplianceDay(**(plain | names | ms | {"dials": len(within)}))] if within else []

    async def audit(self, tenant: int, which: r.AuditFilter, *, cursor: str | None = None, limit: int = 100) -> r.Page:
        rows: list[r.AuditRow] = list(self.directory.table("audit", tenant).values())
        fits = [row for row in rows if which.agent_id in {None, row.agent_id} and which.what in {None, row.what}]
        return r.Page(rows=tuple(fits[:limit]), cursor=None)

    async def member_pictures(self, tenant: int, contact_id: int) -> list[r.MemberPicture]:
        return self.pictures.get((tenant, contact_id), [])

    async def contact_history(self, tenant: int, contact_id: int, *, limit: int = 20) -> list[r.AttemptRow]:
        rows = self.directory.table("attempt", tenant).values()
        return [row for row in rows if row.contact_id == contact_id][:limit]

    def add_attempt(self, tenant: int, campaign_id: int, contact: r.Contact) -> r.AttemptRow:
        call = f"c{tenant}-{next(self.directory.ids):032x}"
        row = msgspec.convert(
            dict.fromkeys(r.AttemptRow.__struct_fields__)
            | {
                "call": call,
                "run_id": 1,
                "campaign_id": campaign_id,
                "campaign_name": "campaign",
                "list_name": "list",
                "contact_id": contact.contact_id,
                "contact_name": contact.name,
                "number": contact.numbers[0],
                "attempt_no": 1,
                "state": "final",
                "outcome": "BUSY",
                "trunk_name": "trunk",
                "intent_utc_s": self.directory.clock.utc_s,
                "why": "its turn",
                "attributes": {},
            },
            r.AttemptRow,
        )
        return self.directory._keep("attempt", tenant, call, row)
