"""Decisions of the dialer: may this number be called, how many calls now, when again. Functions on frozen pictures."""
