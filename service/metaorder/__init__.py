"""Metaorder works parent orders: algorithms, a C++ limit order book, a gapless stream and transaction cost analysis."""

__version__ = "0.1.0"
