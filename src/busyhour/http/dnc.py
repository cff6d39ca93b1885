"""The do-not-call list: what is on it is never dialed, whichever list or campaign it comes from."""

from contextlib import suppress
from typing import Annotated, Final

from fastapi import Path, Query
from msgspec import Struct

from busyhour.core.commands import ListNumbers
from busyhour.core.events import NumbersListed
from busyhour.http.attempts import Limit
from busyhour.http.routes import Routes
from busyhour.http.services import Use, Who
from busyhour.service import records as r
from busyhour.service.errors import Invalid, Unavailable
from busyhour.service.numbers import TEXT_LENGTH_MAX, Numbers, Refused, number_in

routes = Routes("dnc")

NUMBERS_MAX: Final = 10_000
"""In one request."""

Searched = Annotated[str | None, Query(max_length=TEXT_LENGTH_MAX)]
NumberPath = Annotated[str, Path(max_length=TEXT_LENGTH_MAX)]


class NewDnc(Struct, frozen=True, kw_only=True):
    """Numbers as people write them; without a country code they belong to the tenant's country."""

    numbers: list[str]
    source: str = "typed in"


class RefusedNumber(Struct, frozen=True, kw_only=True):
    number: str
    reason: str


class DncAdded(Struct, frozen=True, kw_only=True):
    added: int  # those that were on the list before are not counted
    rejected: list[RefusedNumber]


@routes.get("/api/dnc", permission="dnc:read")
async def list_dnc(who: Who, use: Use, number: Searched = None, limit: Limit = 100) -> list[r.DncEntry]:
    wanted = number_in(number, who.session.tenant.country, field="number") if number and number.strip() else None
    return await use.directory.dnc(who.tenant_id, number=wanted, limit=limit)


@routes.post("/api/dnc", permission="dnc:write")
async def add_dnc(who: Who, use: Use, body: NewDnc) -> DncAdded:
    """All good numbers are added; the others come back with the reason."""
    if len(body.numbers) > NUMBERS_MAX:
        raise Invalid(f"Send at most {NUMBERS_MAX:,} numbers at once.", field="numbers")
    if not body.numbers:
        raise Invalid("Give at least one number.", field="numbers")
    country = Numbers(who.session.tenant.country)
    good: list[str] = []
    rejected: list[RefusedNumber] = []
    for text in body.numbers:
        found = country.read(text)
        if isinstance(found, Refused):
            rejected.append(RefusedNumber(number=text[:TEXT_LENGTH_MAX], reason=found.reason))
        else:
            good.append(found.text)
    if not good:
        return DncAdded(added=0, rejected=rejected)
    added = await use.directory.add_dnc(who.tenant_id, list(dict.fromkeys(good)), body.source[:100])
    if good:
        at_utc_s = use.clock.now().utc_s
        listed = ListNumbers(numbers=tuple(dict.fromkeys(good)), source=body.source[:100], at_utc_s=at_utc_s)
        use.floors.note_written(who.tenant_id, listed)
    with suppress(Unavailable):  # so that no desk shows them any more; before a call the store asks its list anyway
        use.floors.tell(who.tenant_id, NumbersListed(numbers=tuple(good)))
    return DncAdded(added=added, rejected=rejected)


@routes.delete("/api/dnc/{number}", permission="dnc:write")
async def remove_dnc(who: Who, use: Use, number: NumberPath) -> None:
    text = number_in(number, who.session.tenant.country, field="number")
    await use.directory.remove_dnc(who.tenant_id, text)
    off = ListNumbers(numbers=(text,), source="", at_utc_s=use.clock.now().utc_s, off=True)
    use.floors.note_written(who.tenant_id, off)
