"""The preview of an edit: what would move on the map, and which findings would come and go. Pure."""
