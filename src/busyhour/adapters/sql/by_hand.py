"""Numbers that agents dial by hand: the contact behind the number, found or made, and its place in the run.

The member that is made here is final and has no call yet: no hopper takes it, whatever becomes of the dial. It is
opened by the transaction of the intent (`intents.py`), like any other.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.items import EARLIER, as_json, attempt_id
from busyhour.adapters.sql.lists import lock_list
from busyhour.adapters.sql.load import COUNT
from busyhour.core.model.pictures import HopperItem
from busyhour.service.errors import Conflict, NotFound

LIST_NAME = "Dialed by hand"

RUN = sa.text("SELECT run_id FROM run WHERE campaign_id = :campaign_id AND ended_utc_s IS NULL")
# A number may be in several lists; those of the campaign come first.
CONTACT = sa.text("""
SELECT p.contact_id, p.list_id, p.number FROM contact_point p
LEFT JOIN campaign_list l ON l.list_id = p.list_id AND l.campaign_id = :campaign_id AND l.role = 'normal'
JOIN contact_list n ON n.list_id = p.list_id
WHERE (CAST(:contact_id AS bigint) IS NULL OR p.contact_id = :contact_id)
    AND (CAST(:number AS text) IS NULL OR p.number = :number)
    AND (CAST(:contact_id AS bigint) IS NOT NULL OR l.list_id IS NOT NULL OR n.name = :by_hand)
ORDER BY l.position NULLS LAST, p.contact_id, p.position LIMIT 1
""")
FIND_LIST = sa.text("SELECT list_id FROM contact_list WHERE name = :name")
MAKE_LIST = sa.text("""
INSERT INTO contact_list (name, hidden, created_utc_s, contacts, numbers) VALUES (:name, false, :at, 0, 0)
ON CONFLICT DO NOTHING RETURNING list_id
""")
MAKE_MEMBER = sa.text("""
INSERT INTO member (run_id, contact_id, list_id, state, why)
VALUES (:run_id, :contact_id, :list_id, 'final', 'to be dialed by hand') ON CONFLICT DO NOTHING
""")
ITEM = sa.text(f"""
SELECT m.member_id, m.contact_id, m.list_id, m.attempts, k.name, k.attributes, {EARLIER} AS earlier
FROM member m JOIN contact k ON k.contact_id = m.contact_id WHERE m.run_id = :run_id AND m.contact_id = :contact_id
""")  # noqa: S608 - made of constants

Row = Mapping[str, Any]


async def item_of(
    connection: AsyncConnection,
    tenant: int,
    campaign_id: int,
    *,
    contact_id: int | None,
    number: str | None,
    zones: Sequence[str],
) -> tuple[int, HopperItem]:
    """The active run, and what is to be dialed for it."""
    run_id = (await connection.execute(RUN, {"campaign_id": campaign_id})).scalar()
    if run_id is None:
        raise Conflict("This campaign is not running. Ask a supervisor to start it.", code="run_not_running")
    asked = {"campaign_id": campaign_id, "contact_id": contact_id, "number": number, "by_hand": LIST_NAME}
    contact: Any = (await connection.execute(CONTACT, asked)).mappings().first()
    if contact is None and (contact_id is not None or number is None):
        raise NotFound("There is no such contact with this number.")
    if contact is None:
        assert number is not None
        contact = await _make_contact(connection, number, zones)
    of = {"run_id": run_id, "contact_id": contact["contact_id"]}
    await connection.execute(MAKE_MEMBER, of | {"list_id": contact["list_id"]})
    row = (await connection.execute(ITEM, of)).mappings().one()
    item = HopperItem(
        call=attempt_id(tenant),
        member_id=row["member_id"],
        contact_id=row["contact_id"],
        list_id=row["list_id"],
        attempt_no=row["attempts"] + 1,
        number=contact["number"],
        contact_name=row["name"],
        earlier=as_json(row["earlier"]) or {},
        variables=as_json(row["attributes"]),
    )
    return int(run_id), item


async def _make_contact(connection: AsyncConnection, number: str, zones: Sequence[str]) -> Row:
    named = {"name": LIST_NAME}
    await connection.execute(MAKE_LIST, named | {"at": time.time()})
    list_id = (await connection.execute(FIND_LIST, named)).scalar_one()
    values = {"list_id": list_id, "position": await lock_list(connection, list_id) + 1, "name": ""}
    made = sa.insert(t.contact).values(**values, attributes={}, output={}).returning(t.contact.c.contact_id)
    contact_id = (await connection.execute(made)).scalar_one()
    point = {"contact_id": contact_id, "position": 0, "list_id": list_id, "number": number, "zones": list(zones)}
    await connection.execute(sa.insert(t.contact_point).values(point))
    await connection.execute(COUNT, {"list_id": list_id, "contacts": 1, "numbers": 1})
    return {"contact_id": contact_id, "list_id": list_id, "number": number}
