"""Database migrations, oldest first."""
