"""What every program needs of its machine: files, memory, signals, progress, the command line."""
