"""A callback's turn comes, as it does for the floor and the transaction that commits the dial."""

from busyhour.core.acd.promises import CallbackPicture, Promises, may_call_back


def turn_came(promises: Promises, name: str, picture: CallbackPicture) -> bool:
    """Whether it is dialed. If not, it is put off, or ended."""
    one = promises.callbacks[name]
    if picture.utc_s >= one.expires_utc_s:
        promises.cancel(name, "nobody could call back in time")
        return False
    promises.dials(name)
    verdict = may_call_back(one, picture)
    if verdict.refusal is None:
        return True
    promises.refused(name, verdict.refusal, verdict.due_utc_s)
    return False
