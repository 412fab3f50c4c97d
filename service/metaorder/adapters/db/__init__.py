"""The journal and its projections in SQLite or PostgreSQL."""
