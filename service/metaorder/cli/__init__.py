"""The command line: serve, demo, administration."""
