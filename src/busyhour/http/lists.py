"""Contact lists: make, rename, hide, delete, look into, export."""

from typing import Annotated, Literal

from fastapi import Query
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from busyhour.http.attempts import Cursor, Limit, PageOf
from busyhour.http.downloads import Download
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Use, Who
from busyhour.service import records as r
from busyhour.service.accounts import check_name
from busyhour.service.list_files import MEDIA_TYPES

routes = Routes("lists")

Search = Annotated[str | None, Query(max_length=100)]


class NewList(Struct, frozen=True, kw_only=True):
    name: str


class ListEdit(Struct, frozen=True, kw_only=True):
    """Only what is set is changed. A hidden list is left out of views but goes on being dialed (WD-073)."""

    name: str | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET


@routes.get("/api/lists", permission="lists:read")
async def list_lists(who: Who, use: Use, *, hidden: bool = False) -> list[r.ContactList]:
    return await use.lists.lists(who.tenant_id, hidden=hidden)


@routes.post("/api/lists", permission="lists:write", status=201)
async def create_list(who: Who, use: Use, body: NewList) -> r.ContactList:
    return await use.lists.create_list(who.tenant_id, check_name(body.name))


@routes.get("/api/lists/{list_id}", permission="lists:read")
async def get_list(who: Who, use: Use, list_id: Id) -> r.ContactList:
    return await use.lists.list_(who.tenant_id, list_id)


@routes.patch("/api/lists/{list_id}", permission="lists:write")
async def edit_list(who: Who, use: Use, list_id: Id, body: ListEdit) -> r.ContactList:
    return await use.lists.edit_list(
        who.tenant_id,
        list_id,
        name=None if body.name is UNSET else check_name(body.name),
        hidden=None if body.hidden is UNSET else body.hidden,
    )


@routes.delete("/api/lists/{list_id}", permission="lists:write")
async def delete_list(who: Who, use: Use, list_id: Id) -> None:
    await use.lists.delete_list(who.tenant_id, list_id)


@routes.get("/api/lists/{list_id}/contacts", permission="lists:read", answer=PageOf[r.Contact])
async def list_contacts(
    who: Who, use: Use, list_id: Id, search: Search = None, cursor: Cursor = None, limit: Limit = 100
) -> r.Page:
    return await use.lists.contacts(who.tenant_id, list_id, search=search, cursor=cursor, limit=limit)


@routes.get("/api/lists/{list_id}/export", permission="lists:read", media=tuple(MEDIA_TYPES.values()))
async def export_list(
    who: Who, use: Use, list_id: Id, form: Annotated[Literal["csv", "xlsx", "native"], Query(alias="format")] = "csv"
) -> Response:
    return Download(await use.exports.contacts(who.tenant_id, list_id, form))
