"""What waits: the engine loop, its ports, recovery, the live view."""
