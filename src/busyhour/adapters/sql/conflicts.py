"""The database's constraints, in the user's words: one place that turns a constraint's name into a clear error."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from busyhour.adapters.sql.database import constraint_of
from busyhour.service.errors import Conflict, NotFound

T = TypeVar("T")

TEXTS = {
    "app_user_login": "This login is taken. Choose another one.",
    "agent_tenant_id_user_id_key": "This user is an agent already.",
    "pause_reason_tenant_id_name_key": "There is a pause reason of this name already. Choose another name.",
    "trunk_tenant_id_name_key": "There is a trunk of this name already. Choose another name.",
    "prompt_tenant_id_name_key": "There is a prompt of this name already. Choose another name.",
    "contact_list_tenant_id_name_key": "There is a list of this name already. Choose another name.",
    "campaign_name": "There is a campaign of this name already. Choose another name, or hide the other one.",
    "disposition_tenant_id_campaign_id_code_key": "There is a disposition of this code already. Choose another code.",
    "run_active": "The campaign has an active run. Remove it, or wait for its end, before you start another one.",
    "queue_name": "There is a queue of this name already. Choose another name.",
    "dialed_number_pattern": "This number leads somewhere already. Change that entry instead.",
    "campaign_trunk_tenant_id_trunk_id_fkey": "A campaign uses this trunk. Take it out of the campaign first.",
    "campaign_list_tenant_id_list_id_fkey": "A campaign uses this list. Take it out of the campaign, or hide the list.",
    "run_tenant_id_campaign_id_fkey": "This campaign has runs, which the reports need. Hide it instead.",
}


@contextlib.contextmanager
def conflicts() -> Iterator[None]:
    """A known constraint becomes a `Conflict`; an unknown one is a fault of ours and passes through."""
    try:
        yield
    except sa.exc.IntegrityError as fault:
        text = TEXTS.get(constraint_of(fault))
        if text is None:
            raise
        raise Conflict(text) from fault


def found(row: T | None, what: str) -> T:
    """The row, or the one error for ids that are not there (or not of this tenant, which is the same)."""
    if row is None:
        raise NotFound(f"There is no such {what}. It may have been deleted: reload the page.")
    return row


def plain(rows: Sequence[sa.Row[Any]]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in rows]
