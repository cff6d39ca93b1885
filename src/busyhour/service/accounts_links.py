"""What hangs on a session while it is open (sockets, a phone's relay), so that it ends with the session at once."""

import asyncio
from types import TracebackType


class Link:
    """One open socket. `ended` is set when its session is over; the socket's own task then closes it."""

    def __init__(self, links: "Links", token_hash: bytes, tenant: int, user_id: int) -> None:
        self.links = links
        self.token_hash = token_hash
        self.tenant = tenant
        self.user_id = user_id
        self.ended = asyncio.Event()

    def __enter__(self) -> "Link":
        self.links.open.add(self)
        return self

    def __exit__(self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.links.open.discard(self)


class Links:
    def __init__(self) -> None:
        self.open: set[Link] = set()

    def link(self, token_hash: bytes, tenant: int, user_id: int) -> Link:
        return Link(self, token_hash, tenant, user_id)

    def end_session(self, token_hash: bytes) -> None:
        for link in self.open:
            if link.token_hash == token_hash:
                link.ended.set()

    def end_user(self, tenant: int, user_id: int) -> None:
        for link in self.open:
            if (link.tenant, link.user_id) == (tenant, user_id):
                link.ended.set()
