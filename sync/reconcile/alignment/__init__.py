"""How far the effort follows the map (metrics.md §5)."""
