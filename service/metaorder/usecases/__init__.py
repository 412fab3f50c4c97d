"""One function for each thing that a person can do: read, decide, answer with a command or a document."""
