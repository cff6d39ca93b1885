"""API tokens of the user who asks. A token acts with its user's role; it cannot make further tokens."""

import msgspec
from msgspec import Struct

from busyhour.http.permissions import SESSION
from busyhour.http.routes import Id, Routes
from busyhour.http.services import Caller, Use, Who
from busyhour.service import records as r
from busyhour.service.errors import Forbidden

routes = Routes("tokens")


class NewToken(Struct, frozen=True, kw_only=True):
    name: str
    expires_utc_s: float | None = None


class TokenMade(r.ApiToken, frozen=True, kw_only=True):
    """`token` is shown this once."""

    token: str


@routes.get("/api/tokens", permission=SESSION)
async def list_tokens(who: Who, use: Use) -> list[r.ApiToken]:
    return await use.directory.tokens(who.tenant_id, who.user_id)


@routes.post("/api/tokens", permission=SESSION, status=201)
async def create_token(who: Who, use: Use, body: NewToken) -> TokenMade:
    refuse_token(who)
    token, kept = await use.accounts.create_token(who.session, name=body.name, expires_utc_s=body.expires_utc_s)
    return TokenMade(token=token, **msgspec.structs.asdict(kept))


@routes.delete("/api/tokens/{token_id}", permission=SESSION)
async def revoke_token(who: Who, use: Use, token_id: Id) -> None:
    refuse_token(who)
    await use.accounts.revoke_token(who.session, token_id)


def refuse_token(who: Caller) -> None:
    if who.session.kind != "session":
        raise Forbidden("An API token cannot make or delete tokens: log in for that.", code="token")
