"""Calibration: what a market's own tape says of the parameters of models, with errors, or why it says nothing."""
