"""The composition root: knows everyone, and is known by no one."""
