"""Decisions of call distribution: functions on frozen pictures."""
