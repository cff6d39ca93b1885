"""Interfaces of other programs, spoken as their clients expect: the management interface of OpenSIPS."""
