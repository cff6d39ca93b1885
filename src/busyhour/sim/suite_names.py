"""Their names alone, for a command line that has to be quick."""

NAMES = ("r6", "r8", "r10", "r12", "inbound")
