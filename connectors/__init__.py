"""Facts from outside: what happened."""
