"""What the core needs of the world, as protocols: clock, ids, journal, queries, market data."""
