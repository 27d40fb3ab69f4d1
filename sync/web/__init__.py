"""The service over HTTP: deliveries come in, people and programs look. Imported by `serve` alone."""
