"""A tagger with a CRF: it is compiled and fitted as any model of Keras'."""

from collections.abc import Mapping
from typing import Any

import keras

from seqzoo.errors import InputError
from seqzoo.layers.built_model import BuiltModel
from seqzoo.layers.crf import CRFLoss
from seqzoo.layers.tensors import Tensor

POTENTIALS, TAGS = "potentials", "tags"  # outputs: one is learnt from, the other measured
ACCURACY = ("accuracy", "acc")


@keras.saving.register_keras_serializable("seqzoo")
class CRFTagger(BuiltModel):
    """A functional model with the outputs of a `seqzoo.layers.CRF`.

        model.compile("adam", loss=CRFLoss(), metrics=["accuracy"])
        model.fit(tokens, tags)

    Accuracy counts real steps alone. Losses and metrics of outputs by name are compiled as they are, and
    labels may be given by output, too; metrics of the tags take those of the potentials.
    """

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        *arguments: Any,
        metrics: Any = None,
        weighted_metrics: Any = None,
        **keywords: Any,
    ) -> None:
        """See `keras.Model.compile`.

        Raises:
            InputError: on a loss that is none of a CRF, or a metric that tags have not.
        """
        if arguments:
            raise InputError(
                f"compile: expected names for all but optimizer and loss; got {arguments!r}"
            )
        super().compile(
            optimizer,
            _loss(loss),
            metrics=_metrics("metrics", metrics),
            weighted_metrics=_metrics("weighted_metrics", weighted_metrics),
            **keywords,
        )

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` says."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """See `keras.Model.compute_loss`."""
        return super().compute_loss(x, _by_output(y), y_pred, sample_weight, training)

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """See `keras.Model.compute_metrics`."""
        labels = _by_output(y)
        if isinstance(labels, Mapping) and POTENTIALS in labels:
            labels = {TAGS: labels[POTENTIALS], **labels}
        return super().compute_metrics(x, labels, y_pred, sample_weight)


def _by_output(labels: Any) -> Any:
    """Labels by output; those of no output are for the potentials."""
    if labels is None or isinstance(labels, Mapping):
        return labels
    return {POTENTIALS: labels}


def _loss(loss: Any) -> Any:
    """A loss by output."""
    if loss is None or isinstance(loss, Mapping):
        return loss
    if isinstance(loss, CRFLoss):
        return {POTENTIALS: loss}
    raise InputError(
        f"loss: expected seqzoo.layers.CRFLoss(), by which a CRF learns, or losses by output; got {loss!r}"
    )


def _metrics(name: str, metrics: Any) -> Any:
    """Metrics by output: names and metrics alone are of the tags."""
    if metrics is None or isinstance(metrics, Mapping):
        return metrics
    several = list(metrics) if isinstance(metrics, (list, tuple)) else [metrics]
    return {TAGS: [_metric(name, each) for each in several]}


def _metric(name: str, metric: Any) -> Any:
    if not isinstance(metric, str):
        return metric
    if metric not in ACCURACY:
        raise InputError(
            f"{name}: expected 'accuracy', or metrics of the output tags, ids int32 (batch, time), like "
            f"{{'tags': keras.metrics.Accuracy()}}; got {metric!r}"
        )
    return keras.metrics.Accuracy(name="accuracy")
