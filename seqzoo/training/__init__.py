"""The one training loop, its state on disk, and the command of a recipe."""
