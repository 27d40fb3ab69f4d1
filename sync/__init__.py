"""The service: keeps facts current, reconciles them with the strategy, and reports."""
