"""Numbers that callers dial, and where each leads (MZ-038)."""

from collections.abc import Sequence
from typing import Final

import msgspec

from busyhour.core.acd.dialed import PATTERN_LENGTH_MAX, is_pattern
from busyhour.core.events import NumbersChanged
from busyhour.core.model.dialed import DialedNumber, Treatment
from busyhour.core.model.queue import Destination
from busyhour.http.opening_check import check_opening
from busyhour.http.queues import Emergency
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Services, Use, Who
from busyhour.http.things_known import Known, check_destination, check_prompt, known_of
from busyhour.service import caller_records as cr
from busyhour.service.errors import Conflict, Invalid, NotFound

routes = Routes("dialed numbers")

DESTINATIONS_MAX: Final = 10
LABEL_LENGTH_MAX: Final = 100


@routes.get("/api/dialed-numbers", permission="queues:read")
async def list_dialed_numbers(who: Who, use: Use) -> list[cr.DialedNumberRow]:
    return await use.queues.dialed_numbers(who.tenant_id)


@routes.post("/api/dialed-numbers", permission="queues:write", status=201)
async def create_dialed_number(who: Who, use: Use, body: cr.DialedNumberRow) -> cr.DialedNumberRow:
    """`number_id` is not read."""
    return await save(use, who.tenant_id, msgspec.structs.replace(body, number_id=0))


@routes.put("/api/dialed-numbers/{number_id}", permission="queues:write")
async def replace_dialed_number(who: Who, use: Use, number_id: Id, body: cr.DialedNumberRow) -> cr.DialedNumberRow:
    """`number_id` of the body is not read: the address says which number it is."""
    await number_of(use, who.tenant_id, number_id)
    return await save(use, who.tenant_id, msgspec.structs.replace(body, number_id=number_id))


@routes.put("/api/dialed-numbers/{number_id}/emergency", permission="queues:write")
async def set_number_emergency(who: Who, use: Use, number_id: Id, body: Emergency) -> cr.DialedNumberRow:
    """Closed from now on, whatever the hours say; or by its hours again."""
    row = await number_of(use, who.tenant_id, number_id)
    opening = msgspec.structs.replace(row.treatment.opening, emergency=body.on)
    treatment = msgspec.structs.replace(row.treatment, opening=opening)
    return await save(use, who.tenant_id, msgspec.structs.replace(row, treatment=treatment))


@routes.delete("/api/dialed-numbers/{number_id}", permission="queues:write")
async def delete_dialed_number(who: Who, use: Use, number_id: Id) -> None:
    await use.queues.delete_dialed_number(who.tenant_id, number_id)
    await tell(use, who.tenant_id)


async def save(use: Services, tenant: int, wanted: cr.DialedNumberRow) -> cr.DialedNumberRow:
    wanted = msgspec.structs.replace(wanted, pattern=wanted.pattern.strip(), label=wanted.label.strip())
    rows = await use.queues.dialed_numbers(tenant)
    check_number(wanted, await known_of(use, tenant))
    others = {row.pattern.removeprefix("+") for row in rows if row.number_id != wanted.number_id}
    if wanted.pattern.removeprefix("+") in others:
        text = f"The number {wanted.pattern} is there already. Change that one."
        raise Conflict(text, field="pattern")
    row = await use.queues.save_dialed_number(tenant, wanted)
    await tell(use, tenant)
    return row


async def tell(use: Services, tenant: int) -> None:
    rows = await use.queues.dialed_numbers(tenant)
    numbers = tuple(DialedNumber(pattern=row.pattern, treatment=row.treatment) for row in rows)
    use.floors.tell(tenant, NumbersChanged(numbers=numbers))


def check_number(row: cr.DialedNumberRow, known: Known) -> None:
    if not is_pattern(row.pattern):
        raise Invalid(
            f"A number has up to {PATTERN_LENGTH_MAX} digits, with a + before them or not. X is any digit, and * at "
            "the end is any rest.",
            field="pattern",
        )
    if len(row.label) > LABEL_LENGTH_MAX or (row.label and not row.label.isprintable()):
        raise Invalid(f"The label has at most {LABEL_LENGTH_MAX} characters.", field="label")
    check_treatment(row.treatment, known)


def check_treatment(treatment: Treatment, known: Known) -> None:
    if not treatment.to:
        raise Invalid("Choose where calls to this number go: a queue, for example.", field="treatment.to")
    check_destinations(treatment.to, known, "treatment.to")
    check_destinations(treatment.when_closed, known, "treatment.when_closed")
    check_opening(treatment.opening, "treatment.opening")
    for why, media in treatment.prompts.items():
        check_prompt(known, media, f"treatment.prompts.{why}")


def check_destinations(destinations: Sequence[Destination], known: Known, field: str) -> None:
    if len(destinations) > DESTINATIONS_MAX:
        raise Invalid(f"Name at most {DESTINATIONS_MAX} destinations, the first first.", field=field)
    for n, to in enumerate(destinations):
        check_destination(known, to, f"{field}[{n}]")


async def number_of(use: Services, tenant: int, number_id: int) -> cr.DialedNumberRow:
    for row in await use.queues.dialed_numbers(tenant):
        if row.number_id == number_id:
            return row
    raise NotFound("There is no such number.")
