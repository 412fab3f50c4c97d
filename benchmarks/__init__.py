"""Named, repeatable figures; each stands beside a reference that was timed in the same run."""
