"""Doors out: databases, files, calendars, clocks."""
