"""Callers whom no contact list knows, noted in the list of the name `Callers`: who makes such a list wants that, and
who takes it into a campaign has them called (MZ-040, MZ-215).

Noted when their call is over, by the transaction that writes its record, and once: the second time they are known.
While a file is being imported into that very list they are not noted, for no call waits for an import; they are the
next time.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from busyhour.adapters.sql import arrivals
from busyhour.adapters.sql.database import Driver
from busyhour.core import commands as c
from busyhour.core.model.ids import came_in
from busyhour.service import spellings

LIST_NAME: Final = "Callers"

LIST = """
SELECT list_id, contacts FROM contact_list WHERE name = $1 AND NOT hidden FOR NO KEY UPDATE SKIP LOCKED
"""
UNKNOWN = r"""
SELECT DISTINCT ON (a.reads_as) a.reads_as, a.number, a.name FROM caller a
WHERE a.call = ANY($1::text[]) AND a.reads_as ~ '^\+[0-9]{7,15}$'
    AND NOT EXISTS (SELECT 1 FROM contact_point p WHERE p.number = a.reads_as)
ORDER BY a.reads_as, a.arrived_utc_s
"""
NOTE = """
WITH made AS (
    INSERT INTO contact (list_id, position, name, attributes) VALUES ($1, $2, $3, '{}') RETURNING contact_id)
INSERT INTO contact_point (contact_id, position, list_id, number, zones) SELECT contact_id, 0, $1, $4, $5 FROM made
"""
COUNT = "UPDATE contact_list SET contacts = contacts + $2, numbers = numbers + $2 WHERE list_id = $1"

Row = Mapping[str, Any]


async def note(driver: Driver, wave: Sequence[c.Keep]) -> None:
    gone = [one.record.call for one in wave if isinstance(one, c.CloseCaller) and came_in(one.record.call)]
    into = await driver.fetchrow(LIST, LIST_NAME) if gone else None
    if into is None:
        return
    found: list[Row] = await driver.fetch(UNKNOWN, gone)
    if not found:
        return
    list_id, before = into["list_id"], into["contacts"]
    country = await driver.fetchval(arrivals.COUNTRY)
    rows = [(list_id, before + n, *_contact(row, country)) for n, row in enumerate(found, 1)]
    await driver.executemany(NOTE, rows)
    await driver.execute(COUNT, list_id, len(rows))


def _contact(row: Row, country: str) -> tuple[str, str, list[str]]:
    _, zones = spellings.read(row["number"], country)
    return row["name"], row["reads_as"], list(zones)
