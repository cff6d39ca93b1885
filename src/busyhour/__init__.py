"""Busyhour: an open-source contact center."""

from importlib.metadata import version

__version__ = version("busyhour")
