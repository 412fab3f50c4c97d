"""The mathematics of execution: pure functions of numbers, one model a file."""
