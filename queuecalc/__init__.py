"""Sizes a distributed architecture with queueing theory."""

__version__ = "0.1.0"
