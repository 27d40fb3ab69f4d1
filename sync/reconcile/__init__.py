"""What the facts mean: how the work flows, and which of it leads nowhere on the map. Pure."""
