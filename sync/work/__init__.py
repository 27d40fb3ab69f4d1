"""Who does what when: in one process."""
