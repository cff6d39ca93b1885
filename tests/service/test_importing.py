"""Imports: all good rows or none, each bad row with line and reason, in a process of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from busyhour.adapters.files.contact_files import ContactFiles
from busyhour.core.events import Instant
from busyhour.service import records as r
from busyhour.service.apart import WorkFailed, frames_apart
from busyhour.service.errors import Conflict, Invalid, NotFound, StoreDown, TooMany
from busyhour.service.import_reading import ImportRules, RowCheck, batches
from busyhour.service.importing import Importing, Upload
from busyhour.service.list_files import FileAsk, FileRow
from tests.service import apart_works

TENANT = r.Tenant(tenant_id=1, name="Acme", time_zone="America/New_York", country="US")


class StillClock:
    def now(self) -> Instant:
        return Instant(mono_s=5.0, utc_s=1_000.0)


class OneList:
    """The part of `Lists` that an import needs; `hold` stops it in the middle, `refusal` comes at its end."""

    def __init__(self) -> None:
        self.contacts: list[r.NewContact] = []
        self.jobs: dict[int, r.ImportJob] = {}
        self.rejected: dict[int, list[r.Reject]] = {}
        self.hold = asyncio.Event()
        self.hold.set()
        self.begun = asyncio.Event()
        self.refusal: Exception | None = None
        self.saves_to_fail = 0

    async def create_import(self, tenant: int, list_id: int, file_name: str) -> r.ImportJob:
        if list_id != 1:
            raise NotFound("There is no such contact list.")
        job = r.ImportJob(
            import_id=len(self.jobs) + 1,
            list_id=list_id,
            file_name=file_name,
            state="running",
            rows_read=0,
            rows_total=None,
            contacts_added=0,
            rows_rejected=0,
            error=None,
            started_utc_s=1.0,
            ended_utc_s=None,
        )
        self.jobs[job.import_id] = job
        return job

    async def save_import(self, tenant: int, job: r.ImportJob, rejects: Sequence[r.Reject] = ()) -> None:
        if self.saves_to_fail:
            self.saves_to_fail -= 1
            raise StoreDown
        self.jobs[job.import_id] = job
        self.rejected[job.import_id] = list(rejects)

    async def import_(self, tenant: int, import_id: int) -> r.ImportJob:
        return self.jobs[import_id]

    async def rejects(self, tenant: int, import_id: int, *, limit: int = 100_000) -> list[r.Reject]:
        return self.rejected[import_id]

    async def import_contacts(
        self,
        tenant: int,
        import_id: int,
        batches: AsyncIterator[Sequence[r.NewContact]],
        progress: Callable[[int], None],
    ) -> int:
        added: list[r.NewContact] = []
        async for batch in batches:
            added += batch
            progress(len(added))
            self.begun.set()
            await self.hold.wait()
        if self.refusal:
            raise self.refusal
        self.contacts += added
        return len(added)

    async def export_contacts(self, tenant: int, list_id: int) -> AsyncIterator[r.Contact]:
        for at, contact in enumerate(self.contacts):
            yield r.Contact(
                contact_id=at,
                list_id=list_id,
                position=at,
                name=contact.name,
                numbers=contact.numbers,
                attributes=contact.attributes,
                output={},
                time_zone=None,
                schedule_utc_s=None,
                schedule_extension=None,
            )


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lists = OneList()
        self.importing = Importing(
            lists=self.lists,  # type: ignore[arg-type]
            files=ContactFiles,
            clock=StillClock(),
            spool=folder,
        )

    def upload(self, content: str | bytes, **ask: str) -> Upload:
        path = self.importing.spool_path()
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Upload(path=path, file_name="../../etc/people.csv", ask=FileAsk(**ask))

    async def run(self, content: str | bytes, **options: object) -> r.ImportJob:
        job = await self.importing.start(TENANT, 1, self.upload(content), **options)  # type: ignore[arg-type]
        return await self.importing.wait(1, job.import_id)

    def spooled(self) -> list[str]:
        return [path.name for path in self.folder.iterdir()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.covers("AD-008", "AD-011", "AD-013", "AD-014")
async def test_good_rows_are_added_with_all_that_they_say(desk: Desk) -> None:
    job = await desk.run(
        "TelNumber,FullName,CustomerCode,*Schedule*,time_zone\n"
        "2132458767|(212) 555-0123,Henry Case,0023,1298635200:1101,\n"
        "+39 06 6982,Ada,,,Europe/Rome\n"
    )
    assert (job.state, job.contacts_added, job.rows_read, job.rows_rejected, job.error) == ("done", 2, 2, 0, None)
    henry, ada = desk.lists.contacts
    assert henry.numbers == ("+12132458767", "+12125550123")
    assert henry.zones == (("America/Los_Angeles",), ("America/New_York",))
    assert henry.attributes == {"FullName": "Henry Case", "CustomerCode": "0023"}
    assert (henry.name, henry.schedule_utc_s, henry.schedule_extension) == ("Henry Case", 1_298_635_200, "1101")
    assert (ada.numbers, ada.time_zone) == (("+39066982",), "Europe/Rome")
    assert desk.spooled() == []


@pytest.mark.covers("AD-015")
async def test_each_bad_row_has_its_line_and_reason(desk: Desk) -> None:
    job = await desk.run(
        "NUMBER,name,*Schedule*,time_zone\n"
        "2125550123,good,,\n"
        "212555O123,letter,,\n"
        ",none,,\n"
        '2125550124,"two\nlines",tomorrow,\n'
        "2125550125,zone,,Rome\n"
        "12,short,,\n"
        "2125550126,wide,,,extra\n"
        "2125550127,past,1:500,\n"
    )
    rejects = await desk.importing.rejects(1, job.import_id)
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (3, "'212555O123' has letters in it"),
        (4, "the number is empty"),
        (5, "the schedule 'tomorrow' is not UNIX_TIME:EXTENSION"),
        (7, "there is no time zone 'Rome'; write one such as Europe/Rome"),
        (8, "'12' is too short"),
        (9, "has 5 cells where the first row has 4 labels"),
    ]
    assert "212555O123" in rejects[0].text
    assert (job.state, job.contacts_added, job.rows_rejected, job.rows_read) == ("done", 2, 6, 8)
    assert [contact.schedule_utc_s for contact in desk.lists.contacts] == [None, 1.0]


@pytest.mark.covers("WD-075", "WD-084")
async def test_the_same_number_may_come_often(desk: Desk) -> None:
    await desk.run("NUMBER,A\n2125550123,1\n2125550123,2\n")
    await desk.run("NUMBER,A\n2125550123,3\n")
    assert [contact.attributes["A"] for contact in desk.lists.contacts] == ["1", "2", "3"]


async def test_duplicates_are_skipped_when_asked(desk: Desk) -> None:
    await desk.run("NUMBER\n2125550123\n2125550199\n")
    job = await desk.run("NUMBER\n2125550123\n2125550124\n+1 212 555 0124\n", duplicates="skip_in_file")
    assert (job.contacts_added, job.rows_rejected) == (2, 1)
    job = await desk.run("NUMBER\n2125550199\n2125550200|2125550199\n2125550200\n", duplicates="skip_in_list")
    rejects = await desk.importing.rejects(1, job.import_id)
    assert [(reject.line, reject.reason[:7]) for reject in rejects] == [(2, "skipped"), (4, "skipped")]
    with pytest.raises(Invalid, match="keep"):
        await desk.run("NUMBER\n2125550123\n", duplicates="sometimes")


async def test_short_numbers_are_imported_only_when_asked(desk: Desk) -> None:
    assert (await desk.run("NUMBER\n500\n2125550123\n")).rows_rejected == 1
    job = await desk.run("5551234,A:1,B:HELLO\n", allow_short=True)
    assert job.contacts_added == 1
    assert desk.lists.contacts[-1].numbers == ("5551234",)
    assert desk.lists.contacts[-1].attributes == {"A": "1", "B": "HELLO"}


async def test_if_every_row_is_rejected_the_import_fails(desk: Desk) -> None:
    job = await desk.run("NUMBER\nabc\ndef\n")
    assert (job.state, job.contacts_added, job.rows_rejected) == ("failed", 0, 2)
    assert job.error is not None
    assert "line 2" in job.error
    assert desk.lists.contacts == []
    assert len(await desk.importing.rejects(1, job.import_id)) == 2


async def test_labels_without_contacts_fail(desk: Desk) -> None:
    job = await desk.run("NUMBER,name\n")
    assert job.state == "failed"
    assert "no contacts" in str(job.error)


async def test_a_file_that_breaks_in_the_middle_adds_nothing(desk: Desk) -> None:
    many = "".join(f"21255{50_000 + at}\n" for at in range(3_000))
    job = await desk.run(f'NUMBER\n{many}"2125550123\n{many}')
    assert job.state == "failed"
    assert "never closed" in str(job.error)
    assert desk.lists.contacts == []
    assert desk.spooled() == []


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"2125550123,Ann\n2125550124,Bob\n"])
async def test_a_file_that_is_no_list_is_refused_at_once(desk: Desk, content: bytes) -> None:
    upload = desk.upload(content)
    with pytest.raises(Invalid):
        await desk.importing.start(TENANT, 1, upload)
    assert desk.lists.jobs == {}
    desk.importing.release(upload.path)
    assert desk.spooled() == []


async def test_a_cancelled_import_adds_nothing_and_leaves_nothing(desk: Desk) -> None:
    desk.lists.hold.clear()
    job = await desk.importing.start(TENANT, 1, desk.upload("NUMBER\n" + "2125550123\n" * 5_000))
    await desk.lists.begun.wait()
    assert (await desk.importing.job(1, job.import_id)).rows_read > 0
    ended = await desk.importing.cancel(1, job.import_id)
    assert (ended.state, ended.contacts_added) == ("failed", 0)
    assert "cancelled" in str(ended.error)
    assert desk.lists.contacts == []
    assert desk.spooled() == []
    assert desk.lists.jobs[job.import_id].state == "failed"
    assert await desk.importing.cancel(1, job.import_id) == ended


async def test_closing_stops_all_imports(desk: Desk) -> None:
    desk.lists.hold.clear()
    await desk.importing.start(TENANT, 1, desk.upload("NUMBER\n" + "2125550123\n" * 5_000))
    await desk.lists.begun.wait()
    await desk.importing.close()
    assert desk.lists.jobs[1].state == "failed"
    assert desk.spooled() == []


async def test_no_more_imports_wait_than_may(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("busyhour.service.importing.WAITING_MAX", 3)
    desk.lists.hold.clear()
    uploads = [desk.upload("NUMBER\n2125550123\n") for _ in range(3)]
    for upload in uploads:
        await desk.importing.start(TENANT, 1, upload)
    with pytest.raises(TooMany):
        await desk.importing.start(TENANT, 1, desk.upload("NUMBER\n2125550123\n"))
    desk.lists.hold.set()
    for import_id in range(1, 4):
        assert (await desk.importing.wait(1, import_id)).state == "done"


async def test_a_database_that_stops_fails_the_import_and_the_end_is_written_when_it_is_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("busyhour.service.importing.SAVE_DELAYS_S", (0.0, 0.0, 0.0))
    desk.lists.refusal = StoreDown()
    desk.lists.saves_to_fail = 2
    job = await desk.run("NUMBER\n2125550123\n")
    assert job.state == "failed"
    assert "database" in str(job.error)
    assert desk.lists.jobs[1] == job


@pytest.mark.parametrize("refusal", [Conflict("The list is in use."), NotFound("There is no such contact list.")])
async def test_what_the_store_refuses_is_told(desk: Desk, refusal: Conflict | NotFound) -> None:
    desk.lists.refusal = refusal
    job = await desk.run("NUMBER\n2125550123\n")
    assert (job.state, job.error) == ("failed", refusal.text)


async def test_a_fault_of_ours_ends_the_import_too(desk: Desk) -> None:
    desk.lists.refusal = AssertionError("broken on purpose")
    job = await desk.run("NUMBER\n2125550123\n")
    assert job.state == "failed"
    assert "fault in Busyhour" in str(job.error)


async def test_an_import_that_the_server_left_behind_is_not_running(desk: Desk) -> None:
    await desk.lists.create_import(1, 1, "people.csv")
    job = await desk.importing.job(1, 1)
    assert job.state == "failed"
    assert "stopped" in str(job.error)


async def test_another_tenants_import_is_not_this_ones(desk: Desk) -> None:
    desk.lists.hold.clear()
    job = await desk.importing.start(TENANT, 1, desk.upload("NUMBER\n2125550123\n"))
    await desk.importing.cancel(2, job.import_id)
    desk.lists.hold.set()
    assert (await desk.importing.wait(1, job.import_id)).state == "done"


@pytest.mark.covers("WD-087")
async def test_a_preview_shows_the_first_rows_and_their_faults(desk: Desk) -> None:
    rows = "".join(f"212555{1_000 + at};Ann {at};x\n" for at in range(100))
    preview = await desk.importing.preview(desk.upload(f"NUMBER;name;city\n21x;Bob;\n{rows}"), "US")
    assert (preview.format, preview.delimiter, preview.columns) == ("csv", ";", ("NUMBER", "name", "city"))
    assert len(preview.rows) == 20
    assert preview.rows[1] == ("2125551000", "Ann 0", "x")
    assert preview.faults == ("Line 2: '21x' has letters in it.",)
    assert desk.lists.jobs == {}


async def test_a_native_preview_has_the_names_as_columns(desk: Desk) -> None:
    preview = await desk.importing.preview(desk.upload("2125550123,A:1\n2125550124,B:2,A:3\n"), "US")
    assert (preview.format, preview.columns) == ("native", ("NUMBER", "A", "B"))
    assert preview.rows == (("2125550123", "1", ""), ("2125550124", "3", "2"))


def test_batches_are_bounded_by_rows_and_by_size() -> None:
    row = FileRow(2, ["2125550123"], "", {"note": "x" * 4_000}, "", "", None, None)
    sizes = [len(batch.contacts) for batch in batches([row] * 2_200, ImportRules(region="US"), frozenset())]
    assert sum(sizes) == 2_200
    assert max(sizes) <= 1_001
    kept = list(batches([row._replace(fault="bad")] * 1_200, ImportRules(region="US"), frozenset()))
    assert kept[-1].rows_rejected == 1_200


def test_only_so_many_rejects_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("busyhour.service.import_reading.REJECTS_KEPT_MAX", 10)
    row = FileRow(2, (), "", {}, "", "", "bad", "text" * 1_000)
    found = list(batches([row] * 50, ImportRules(region="US"), frozenset()))
    rejects = [reject for batch in found for reject in batch.rejects]
    assert (len(rejects), found[-1].rows_rejected) == (10, 50)
    assert len(rejects[0].text) <= 300


def test_a_row_is_a_duplicate_when_all_its_numbers_are_known() -> None:
    check = RowCheck(ImportRules(region="US", duplicates="skip_in_file"), frozenset())

    def read(*numbers: str) -> bool:
        return isinstance(check.contact_of(FileRow(2, numbers, "", {}, "", "", None, None)), r.NewContact)

    assert read("2125550123", "2125550124")
    assert not read("2125550124")
    assert read("2125550124", "2125550125")


# The process apart


async def test_memory_is_bounded_and_its_end_is_the_files_fault() -> None:
    frames = frames_apart(apart_works.fill_memory, msgspec.msgpack.encode(8 * 1024**3), memory_bytes_max=512 * 1024**2)
    assert await anext(frames) == b"begun"
    with pytest.raises(Invalid, match="too much memory"):
        await anext(frames)


async def test_a_fault_apart_is_ours_and_carries_its_trace() -> None:
    frames = frames_apart(apart_works.fail, b"1")
    assert await anext(frames) == b"1"
    with pytest.raises(WorkFailed, match="broken on purpose"):
        await anext(frames)


async def test_a_process_that_cannot_begin_is_our_fault() -> None:
    frames = frames_apart(lambda _order: iter([]), b"1")
    with pytest.raises(WorkFailed, match="ended with 1"):
        await anext(frames)


async def test_what_is_printed_does_not_come_between() -> None:
    assert [frame async for frame in frames_apart(apart_works.print_between, b"1")] == [b"1"]
