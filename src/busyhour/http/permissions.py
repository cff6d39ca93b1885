"""Who may do what. Each route declares one permission; a role has a set of them; everything else is refused.

A permission is `noun:verb`. Two words are special: `public` (no session needed; only the routes named in
`PUBLIC_ROUTES`) and `session` (any logged-in user).
"""

from typing import Final

from busyhour.core.model.values import Role

PUBLIC: Final = "public"
SESSION: Final = "session"

PUBLIC_ROUTES: Final = frozenset({"POST /api/session", "GET /health", "GET /{path:path}"})
"""Every route that answers without a session. The last is the page itself: files of its build, nothing else."""

PERMISSIONS: Final = frozenset(
    {
        "agents:read",
        "agents:write",
        "audit:read",
        "callers:write",
        "calls:supervise",
        "campaigns:read",
        "campaigns:write",
        "desk:use",
        "dnc:read",
        "dnc:write",
        "explain:read",
        "lists:read",
        "lists:write",
        "live:read",
        "management:use",
        "prompts:read",
        "prompts:write",
        "queues:read",
        "queues:write",
        "recordings:delete",
        "recordings:download",
        "recordings:listen",
        "recordings:read",
        "reports:read",
        "runs:write",
        "settings:write",
        "trunks:read",
        "trunks:write",
        "users:read",
        "users:write",
    }
)

SUPERVISOR: Final = frozenset(
    {
        "agents:read",
        "callers:write",
        "calls:supervise",
        "campaigns:read",
        "campaigns:write",
        "desk:use",
        "dnc:read",
        "dnc:write",
        "explain:read",
        "lists:read",
        "lists:write",
        "live:read",
        "management:use",
        "prompts:read",
        "queues:read",
        "queues:write",
        "recordings:listen",
        "recordings:read",
        "reports:read",
        "runs:write",
        "trunks:read",
    }
)

OF_ROLE: Final[dict[Role, frozenset[str]]] = {
    Role.ADMINISTRATOR: PERMISSIONS,
    Role.SUPERVISOR: SUPERVISOR,
    Role.AGENT: frozenset({"desk:use"}),
}


def may(role: Role, permission: str) -> bool:
    return permission == SESSION or permission in OF_ROLE[role]


def check_declared(method_and_path: str, permission: str) -> None:
    """A route without a known permission is a fault of ours: the program does not start."""
    if permission == PUBLIC:
        assert method_and_path in PUBLIC_ROUTES, f"{method_and_path} is public and not on the list of public routes"
    else:
        assert permission == SESSION or permission in PERMISSIONS, (
            f"{method_and_path} declares no known permission ({permission!r})"
        )
