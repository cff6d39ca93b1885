"""`busyhour audit`: what is asked of the server, and what is shown of its answers."""

import json

from busyhour.core.model.values import Audited
from busyhour.service import records as r
from tests.cli.conftest import Run
from tests.cli.server import Server


def entry(what: Audited, **changes: object) -> r.AuditRow:
    plain = {
        "entry_id": 1,
        "at_utc_s": 0.0,
        "agent_id": None,
        "agent_name": None,
        "user_id": 7,
        "user_name": "Bo",
        "address": "10.0.0.7",
        "what": what,
        "call": "",
        "number": "",
        "contact_id": None,
        "contact_name": None,
        "campaign_id": None,
        "campaign_name": None,
    }
    return r.AuditRow(**(plain | changes))


ROWS = (
    entry(Audited.RUN_PAUSED, subject="run 17", campaign_id=3, campaign_name="Spring"),
    entry(Audited.CHANGED, subject="queue Sales", detail=r.AuditDetail(before={"priority": 9}, after={"priority": 3})),
    entry(Audited.CONTACTS_IMPORTED, subject="contact_list north", detail=r.AuditDetail(rows=300)),
    entry(Audited.LOG_IN),
)


def test_who_did_what_is_shown_with_the_run_and_its_campaign(run: Run, server: Server) -> None:
    server.answer("GET", "/api/audit", r.Page(rows=ROWS, cursor="more"))
    shown = run("audit", "--what", "run paused", "--from", "2026-03-01", "--limit", "4").output
    asked = server.query_of("GET", "/api/audit")
    assert (asked["what"], asked["limit"], float(asked["from_utc_s"]) > 0) == ("run paused", "4", True)
    for text in ("Bo", "run paused", "run 17", "Spring", "priority: 9 → 3", "contact_list north: 300 rows", "log in"):
        assert text in shown
    assert "There are more" in shown


def test_programs_get_the_entries_whole(run: Run, server: Server) -> None:
    server.answer("GET", "/api/audit", r.Page(rows=ROWS[:1], cursor=None))
    answer = json.loads(run("audit", "--json").output)
    assert (answer["entries"][0]["user_id"], answer["cursor"]) == (7, None)


def test_a_kind_that_is_not_there_is_told_with_those_that_are(run: Run, server: Server) -> None:
    refused = run("audit", "--what", "pause")
    assert refused.exit_code == 1
    assert "run paused" in refused.output
