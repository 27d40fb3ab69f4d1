"""What the work is for: strategy, rules, links and tags. Pure: no network, no files, no clock."""
