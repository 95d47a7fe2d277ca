"""What can be set of the training of a classifier. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import ON, SAID, data_option, network_option, option
from seqzoo.errors import InputError
from seqzoo.optimizers import OPTIMIZERS
from seqzoo.tasks.classification import corpora
from seqzoo.tasks.classification.naive import BASELINES
from seqzoo.tasks.text_settings import TextSettings
from seqzoo.training.by_size import left_open

WEIGHTS = ("none", "balanced")
NEAR_LOSSES = ("square", "sampled")
LOSSES = ("cross_entropy", "square")
WAYS = ("half", "f1")  # in which the answer of two classes is chosen


@dataclass(frozen=True)
class Settings(TextSettings):
    """What can be set of the training of a classifier; a recipe's `Config` has its own defaults.

    Fields that are left open follow from the size of the corpus: see `seqzoo.tasks.classification.defaults`.
    """

    dataset: str = data_option(
        "movie-reviews",
        "the corpus",
        corpora.CORPORA,
        idle_beside=["data"],
        beside=corpora.BESIDE_DATA,
    )
    label_column: str | None = data_option(
        None, "the column of the labels: a name, or a place from 1; none: by its name"
    )
    multi_label: str | None = data_option(
        None, "what stands between the labels of a text, where it may have several: '|'"
    )
    minimum_count: int = left_open(TextSettings, "minimum_count")
    vocabulary_size: int = left_open(TextSettings, "vocabulary_size")
    dropout: float = left_open(TextSettings, "dropout")
    embedding_dropout: float = left_open(TextSettings, "embedding_dropout")
    token_dropout: float = left_open(TextSettings, "token_dropout")
    batch_size: int = left_open(TextSettings, "batch_size")
    optimizer: str = left_open(TextSettings, "optimizer")
    learning_rate: float = left_open(TextSettings, "learning_rate")
    epochs: int = left_open(TextSettings, "epochs")
    patience: int = left_open(TextSettings, "patience")
    average: int = left_open(TextSettings, "average")
    adversarial: float = option(
        None,
        "size of adversarial perturbations; 0 for none; they triple the time",
        least=0,
        below=1,
        by_size=True,
    )
    virtual_adversarial: float = option(
        0.0,
        "size of perturbations that need no label, of --unlabelled, too; 0: none; about 0.05",
        least=0,
        below=1,
    )
    pretrain: int = data_option(
        0, "epochs of learning which words stand near, before labels are used", least=0
    )
    pretrain_rate: float = option(
        0.004, "the first learning rate of pretraining", above=0, needs={"pretrain": ON}
    )
    pretrain_optimizer: str = option(
        "lazy_adam",
        "the optimizer of pretraining; --pretrain-rate is its rate",
        OPTIMIZERS,
        needs={"pretrain": ON},
    )
    pretrain_loss: str = option(
        "square",
        "square: over all words, as one sum; sampled: near words against words drawn at random",
        NEAR_LOSSES,
        needs={"pretrain": ON},
    )
    near_units: int = network_option(
        0,
        "units of layers that pretraining teaches and training leaves as they are; 0: it begins all",
        least=0,
        needs={"pretrain": ON},
    )
    bigrams: int = network_option(
        0,
        "rows of a table for pairs of neighbouring tokens, which share them by a hash; 0: none",
        least=0,
    )
    unlabelled: str | None = data_option(
        None,
        "a file of texts without labels, for --pretrain, --virtual-adversarial and --teacher",
        path=True,
    )
    teacher: str | None = data_option(
        None,
        "a trained classifier, by folder or name, whose answers to --unlabelled are learnt, too",
    )
    taught: int = option(
        1,
        "texts with the teacher's answers beside each labelled one",
        least=1,
        needs={"teacher": SAID},
    )
    baseline: str = data_option(
        "bag", "the naive model to compare with; none for a huge corpus", BASELINES
    )
    class_weights: str = option(
        "none", "weights in the training loss; balanced: n / (classes * count)", WEIGHTS
    )
    loss: str = option(
        "cross_entropy",
        "the training loss; square: of the outputs before softmax, against 0 and 1",
        LOSSES,
    )
    focal: float = option(
        0.0,
        "gamma of the focal loss; 0: cross-entropy",
        least=0,
        most=10,
        needs={"loss": ("cross_entropy",)},
    )
    output_rate: float = option(
        1.0, "the output layer's learning rate, as a multiple of the others'", above=0
    )
    row_rate: float = option(
        1.0,
        "with --optimizer row_sgd: the first learning rate of rows of tables",
        above=0,
        needs={"optimizer": ("row_sgd",)},
    )
    threshold: str = option(
        "half", "of two classes; f1: where F1 of the rarer is best on validation", WAYS
    )
    average_with_bag: bool = option(
        None,
        "answer with the average of the network and the bag of n-grams",
        by_size="if a bag was fitted",
    )

    def __post_init__(self):
        if self.average_with_bag and self.baseline == "none":
            raise InputError(
                "--average-with-bag and --baseline none: expected one of them; the average needs the bag"
            )
        if self.teacher is not None and self.unlabelled is None:
            raise InputError(
                "--teacher: expected --unlabelled FILE, the texts that it answers"
            )
        if self.multi_label is not None:
            self._check_several()

    def _check_several(self) -> None:
        """Refuse what texts of several labels do not have.

        Raises:
            InputError: naming the flag.
        """
        mark = self.multi_label or ""
        if not mark.strip() or any(character.isalnum() for character in mark):
            raise InputError(
                f"--multi-label: expected what stands between labels, like '|' or ';'; got {mark!r}"
            )
        if self.average_with_bag:
            raise InputError(
                "--average-with-bag: it is for texts of one label; expected no --multi-label"
            )
        if self.threshold != "half":
            raise InputError(
                "--threshold: it is for texts of one label; with --multi-label each label has one"
            )
        if self.virtual_adversarial:
            raise InputError(
                "--virtual-adversarial: it is for texts of one label; expected no --multi-label"
            )
        if self.teacher is not None:
            raise InputError(
                "--teacher: it is for texts of one label; expected no --multi-label"
            )
        if self.loss == "square":
            raise InputError(
                "--loss square: it is for texts of one label; expected no --multi-label"
            )
        if self.class_weights != "none":
            raise InputError(
                "--class-weights: it is for texts of one label; with --multi-label each label has a "
                "threshold of its own instead"
            )
