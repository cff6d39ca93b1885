"""The user is wrong: one tree of errors. Each has a stable code, an HTTP status and a text that says what to do next.

UserError
  NotFound  Conflict  Invalid  Forbidden  Unauthenticated  TooMany  Unavailable
"""


class UserError(Exception):
    """Base. `code` is stable for programs, `text` is for people, `field` names the input at fault."""

    status = 400
    code = "invalid"

    def __init__(self, text: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.code = code or type(self).code
        self.field = field


class Invalid(UserError):
    status, code = 422, "invalid"


class NotFound(UserError):
    status, code = 404, "not_found"


class Conflict(UserError):
    status, code = 409, "conflict"


class Unauthenticated(UserError):
    status, code = 401, "unauthenticated"


class Forbidden(UserError):
    status, code = 403, "forbidden"


class TooMany(UserError):
    """`retry_after_s` says when to try again."""

    status, code = 429, "too_many"

    def __init__(self, text: str, *, retry_after_s: float, code: str | None = None) -> None:
        super().__init__(text, code=code)
        self.retry_after_s = retry_after_s


class Unavailable(UserError):
    """A part that we need is down."""

    status, code = 503, "unavailable"


class StoreRewound(Exception):
    """The database is not the one on which the shard was opened, but its successor, which may not have the newest
    commits. The shard is to be opened anew, and given back what was written lately."""


class StoreDown(Exception):
    """The database cannot be reached, or the commit's outcome is unknown. Not the user's fault: an ordinary event."""


class FenceLost(Exception):
    """Another engine owns this shard now (I13): stop commanding at once."""
