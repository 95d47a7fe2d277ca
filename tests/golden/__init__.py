"""Answers of the finished models, as they were before the house was rebuilt, and what makes them again."""
