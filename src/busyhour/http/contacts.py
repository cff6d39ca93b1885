"""One contact: its card, and what has been tried."""

from msgspec import Struct

from busyhour.http.routes import Id, Routes
from busyhour.http.services import Use, Who
from busyhour.service import records as r

routes = Routes("contacts")

HISTORY_ROWS = 20


class ContactCard(Struct, frozen=True, kw_only=True):
    contact: r.Contact
    history: list[r.AttemptRow]  # newest first


@routes.get("/api/contacts/{contact_id}", permission="lists:read")
async def get_contact(who: Who, use: Use, contact_id: Id) -> ContactCard:
    contact = await use.lists.contact(who.tenant_id, contact_id)
    history = await use.reports.contact_history(who.tenant_id, contact_id, limit=HISTORY_ROWS)
    return ContactCard(contact=contact, history=history)
