"""The report: one model, and the forms that it is rendered to. Pure."""
