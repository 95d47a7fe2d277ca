"""Encoded data on disk, plans of batches, and the batches."""
