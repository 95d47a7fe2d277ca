"""Pictures, pages and model cards."""
