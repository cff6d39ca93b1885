"""What decides. Pure: no I/O, no clock, no dice; time and ids arrive in arguments and events."""
