"""Bounds that Python, the command line and the server share; importing them costs nothing."""

# Between them log-probabilities divided by a temperature, and their exponentials, are plain numbers in double
# precision; beyond them a draw is the likeliest token, or any token at all.
LEAST_TEMPERATURE, MOST_TEMPERATURE = 0.001, 100.0
DEMAND_STEPS = 20_000_000  # that finding out takes what demands allow, at most
