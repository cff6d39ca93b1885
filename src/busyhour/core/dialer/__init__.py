"""Decisions of the dialer: functions on frozen pictures."""
