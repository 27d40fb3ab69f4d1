"""The service: keeps facts current, reconciles them with the strategy, and reports."""

__version__ = "0.1.0"
