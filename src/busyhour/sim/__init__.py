"""What pretends to be the world: carrier, callees, agents."""
