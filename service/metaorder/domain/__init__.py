"""The words of execution: units, instruments, orders, markets and the state that an algorithm may see."""
