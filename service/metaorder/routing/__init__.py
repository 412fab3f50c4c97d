"""Routing: how and where an intent becomes child orders."""
