"""Loggers' files: vendors' exports and plain columns, read into columns of readings."""

from .clock import ORDERS, Order
from .errors import LoggerFileError, Refusal
from .reader import Line, LoggerChannel, LoggerFile, read

__all__ = [
    "ORDERS",
    "Line",
    "LoggerChannel",
    "LoggerFile",
    "LoggerFileError",
    "Order",
    "Refusal",
    "read",
]
