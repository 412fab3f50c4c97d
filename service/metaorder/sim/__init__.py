"""Markets in process: the native book, replayed days and simulated ones. The only importers of the native core live here."""
