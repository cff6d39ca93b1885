"""What the server reads to answer the engine about callers: a few rows, however many callers there have been."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from busyhour.adapters.sql import adopt_callers, called_back, callers_report, intents
from busyhour.adapters.sql.database import Database
from tests.contract.inbound import Inbound, InSql

MANY = """
INSERT INTO caller (call, dialed, number, reads_as, name, headers, callback, queue_id, state, outcome, arrived_utc_s,
    ended_utc_s)
SELECT 'i1-' || n, '', n, '+39' || n % 5000, '', '{}', CASE WHEN n % 9 = 0 THEN 'k' || n ELSE '' END, 1,
    CASE WHEN n < 20 THEN 'ringing' ELSE 'final' END, CASE WHEN n >= 20 THEN 'ABANDONED' END, n,
    CASE WHEN n >= 20 THEN n END FROM generate_series(1, 20000) n RETURNING 1;
INSERT INTO queue_entry (entry, queue_id, entered_utc_s, number, since_utc_s, state, picture, changed_utc_s,
    ended_utc_s)
SELECT 'i1-' || n, 1, n, n, n, 'left', '{}', n, CASE WHEN n >= 20 THEN n END
    FROM generate_series(1, 20000) n RETURNING 1;
INSERT INTO callback (callback, queue_id, number, since_utc_s, promised_utc_s, state, picture, changed_utc_s,
    ended_utc_s)
SELECT 'k' || n, 1, n, n, n, 'done', '{}', n, CASE WHEN n >= 20 THEN n END
    FROM generate_series(1, 20000) n RETURNING 1
"""
WHOLE = ("Seq Scan on caller", "Seq Scan on queue_entry", "Seq Scan on callback")


async def test_open_callers_places_and_promises_are_found_by_their_own_indexes(
    database: Database, tmp_path: Path
) -> None:
    side = InSql(database, tmp_path)
    await Inbound(side).begin()
    for statement in MANY.split(";"):
        await side.world.rows(statement)
    async with database.quick_transaction(side.tenant) as driver:
        await driver.execute("SELECT note_calls()")
        asked = '[{"call": "b1-1-1", "callback": "k18", "number": "+3918"}]'
        plans = {
            "dial of a callback": text_of(await driver.fetch(f"EXPLAIN {called_back.LOOK}", asked)),
            "dial": text_of(await driver.fetch(f"EXPLAIN {intents.LOOK}", "[]")),
        }
    read = {
        "callers": adopt_callers.CALLERS,
        "entries": adopt_callers.ENTRIES,
        "callbacks": adopt_callers.CALLBACKS,
        "a page": callers_report.CALLERS.order_by(*callers_report.NEWEST).limit(100),
    }
    async with database.tenant_transaction(side.tenant) as connection:
        for name, statement in read.items():
            text = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
            plans[name] = text_of((await connection.execute(sa.text(f"EXPLAIN {text}"))).all())
    for name, plan in plans.items():
        assert not any(whole in plan for whole in WHOLE), f"{name}: {plan}"
    wanted = {
        "dial of a callback": ("caller_open", "caller_callback", "callback_pkey"),
        "dial": ("caller_open",),
        "entries": ("queue_entry_open",),
        "callbacks": ("callback_open",),
        "a page": ("caller_time",),
    }
    for name, indexes in wanted.items():
        assert all(index in plans[name] for index in indexes), f"{name}: {plans[name]}"


def text_of(plan: Any) -> str:
    return "\n".join(row[0] for row in plan)
