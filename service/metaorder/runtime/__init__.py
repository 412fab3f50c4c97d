"""The imperative shell: the engine thread, the writer, recovery, broadcast. All concurrency lives here."""
