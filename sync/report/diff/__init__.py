"""What differs between two reports: which findings came, went or weigh otherwise, and which figures. Pure."""
