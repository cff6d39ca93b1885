"""The two kinds of orders that are carried out in bulk (see `busyhour.core.commands`)."""

from msgspec import Struct


class Keep(Struct, frozen=True, kw_only=True, tag=True):
    """Base of what the store must keep."""


class Act(Struct, frozen=True, kw_only=True, tag=True):
    """Base of what the PBX is told."""
