"""Measurements that compare us with a bare baseline in the same run: `busyhour bench`."""
