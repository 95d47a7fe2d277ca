"""How long a classifier of series trains where the user leaves it to the size of the data.

Few series give few batches an epoch. A hundred epochs of 36 series are 300 steps, in which a network has
hardly begun. `docs/guide/sizes.md` explains the numbers and says how they were chosen.
"""

EPOCHS, STEPS = 100, 1_500  # at least so many of both


def by_size(batches: int, epochs: int | None = None) -> dict[str, int]:
    """`epochs` and `patience` that suit a training part: no run stops while its learning rate still falls.

    Args:
        batches: of an epoch.
        epochs: that the user wants; None: those that suit.
    """
    epochs = epochs or max(EPOCHS, -(-STEPS // batches))
    return {"epochs": epochs, "patience": epochs}
