"""Gets a report to people: into a folder, and by the channels that the configuration names."""
