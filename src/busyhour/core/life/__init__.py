"""Legal lives, as tables. Every state change goes through `step`."""
