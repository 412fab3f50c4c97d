"""Risk: what may be accepted, and what may leave. Every check fails closed."""
