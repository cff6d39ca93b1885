"""Full implementations in memory, shipped: for tests, demos and simulations."""
