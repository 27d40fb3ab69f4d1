"""How pull requests come through: phases, sizes and reviews (metrics.md §2)."""
