"""The average of a network's answers and the bag's: which one it is, and how its weights are learned.

The network says log p(y), the bag a score s(y) for each class. The average is their product of experts

    P(y) = softmax(a log p(y) + b s(y)),

a geometric mean with learned weights. For two classes it is a logistic regression on the two log-odds. The
reasons for it, and not for the mean of the probabilities:

- Each weight is a temperature, too. The network is overconfident on new texts, and so is the bag, which was
  fitted to the very texts that it was taught; a and b correct both. A mean of probabilities needs both
  calibrated first, and is then too cautious: where two calibrated answers each know something of their own,
  their mean stays between them (Ranjan & Gneiting 2010), while evidence from two sides has to add up.
- It is Bayes' rule where the answers err independently (a = b = 1), it is the one answer where they say the
  same (a + b = 1), and the data decide where in between it lies. The log-odds are linear in both each time.
- Either answer alone is among the choices: b = 0, or a = 0.
- The loss is convex in a and b, so that there is one best pair, and nothing is drawn.

Weights are at least 0: an answer can be worth nothing, but not the contrary of what it says. There is none a
class: the prior is in both answers, and as a + b is mostly about 1 it counts about once.

They are learned on the validation part, which neither was fitted on; scores of the bag on its own training
texts would be too good, and cross-fitting would train the network several times. They are those of maximum
likelihood, not of best accuracy: accuracy is a staircase that a few texts decide, and the answers are
probabilities. To that comes a normal prior of deviation 1 around the plain mean, a = b = 1/2. It weighs as
much as a text or two, and keeps the weights finite where every text of a small part is right.
"""

import numpy as np

from seqzoo.tasks.classification.reader_bag import LARGEST_WEIGHT, LEAST_PROBABILITY

CENTRE = 0.5  # of the prior, for both weights
TOLERANCE = 1e-9  # of the loss, as a share


def fit(
    probabilities: np.ndarray, margins: np.ndarray, labels: np.ndarray
) -> tuple[float, float]:
    """The weights of the network and of the bag; see the module.

    Args:
        probabilities: of the network, (texts, classes).
        margins: of the bag, (texts, classes).
        labels: classes of the texts, int (texts,).
    """
    from scipy.optimize import minimize

    both = scores(probabilities, margins)
    found = minimize(
        lambda weights: loss(weights, both, labels),
        np.full(2, CENTRE),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, LARGEST_WEIGHT)] * 2,
        options={"ftol": TOLERANCE**2, "gtol": TOLERANCE * len(labels)},
    )
    network, bag = map(float, found.x)
    return network, bag


def scores(probabilities: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """What the weights multiply, less that of the first class: float64 (2, texts, classes)."""
    bounded = np.maximum(probabilities.astype(np.float64), LEAST_PROBABILITY)
    both = np.stack([np.log(bounded), margins])
    return both - both[:, :, :1]


def loss(
    weights: np.ndarray, both: np.ndarray, labels: np.ndarray
) -> tuple[float, np.ndarray]:
    """Minus the logarithm of what the weights make of the labels, times the prior; and its gradient.

    Args:
        weights: of the network and of the bag, (2,).
        both: as `scores` gives them, (2, texts, classes).
        labels: int (texts,).
    """
    total = np.tensordot(weights, both, 1)  # (texts, classes)
    total -= total.max(-1, keepdims=True)
    norms = np.log(np.exp(total).sum(-1))  # (texts,)
    rows = np.arange(len(labels))
    value = np.sum(norms - total[rows, labels])

    shares = np.exp(total - norms[:, None])
    expected = (shares * both).sum((1, 2))  # (2,)
    gradient = expected - both[:, rows, labels].sum(-1)
    apart = weights - CENTRE
    return float(value + 0.5 * apart @ apart), gradient + apart


def about(weights: tuple[float, float]) -> str:
    """How the average answers, in words."""
    network, bag = weights
    return (
        f"softmax of {network:.3g} times the network's log-probabilities and {bag:.3g} times the bag's "
        "scores, weights learned on the validation part"
    )
