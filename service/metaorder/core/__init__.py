"""The parent order as a deterministic machine: stimuli in, events out."""
