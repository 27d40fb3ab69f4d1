"""How each service is deployed, and how often that goes wrong (metrics.md §3)."""
