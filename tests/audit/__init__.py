"""What the project is made of, whether it is known to be unsafe, and whether a secret has slipped in."""
