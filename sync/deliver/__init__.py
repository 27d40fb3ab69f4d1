"""Gets a report to people."""
