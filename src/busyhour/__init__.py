"""Busyhour: an open-source contact center."""
