"""Series to the numbers that follow: four ways from a window of the past to the steps ahead."""

from collections.abc import Sequence

import keras
from keras import layers

from seqzoo.errors import InputError
from seqzoo.layers.distributions import count_of
from seqzoo.models import horizons
from seqzoo.models.built import builder
from seqzoo.models.choices import FORECASTS
from seqzoo.models.stack import check_name, check_positive, check_shares, layer_sizes
from seqzoo.models.stepped import parts_of
from seqzoo.models.windows import (
    Normal,
    mask_of,
    normalized,
    normalized_observed,
    with_static,
)


@builder(parts=parts_of)
def forecaster(
    num_features: int,
    horizon: int,
    *,
    mode: str = "direct",
    cell: str = "gru",
    units: int | Sequence[int] = 128,
    num_layers: int = 1,
    num_targets: int | None = None,
    known_features: int = 0,
    static_features: int = 0,
    observed_features: int = 0,
    look_back: int | None = None,
    segment: int = 24,
    normalization: str = "none",
    distribution: str = "point",
    quantiles: Sequence[float] = (0.1, 0.5, 0.9),
    dropout: float = 0.0,
    recurrent_dropout: float = 0.0,
    residual: bool = False,
    linear: bool = False,
    name: str = "forecaster",
) -> keras.Model:
    """Build a forecaster.

    Inputs: `values` float32 (batch, time, num_features), the past, right-padded, of which the first
    `num_targets` channels are forecast; `lengths` int32 (batch,), its steps, at least one each. Where there
    are such, `known` float32 (batch, horizon, known_features), what is known of the steps ahead, and `static`
    float32 (batch, static_features), what does not change.

    Output `forecast`: float32 (batch, horizon, num_targets); unless the distribution is `"point"`,
    (batch, horizon, num_targets, count), the parameters of `seqzoo.layers.distributions`.

    Args:
        num_features: channels of the past.
        horizon: steps ahead.
        mode: how the past becomes the steps ahead.
            `"direct"`: a dense layer on the last state makes all steps at once.
            `"encoder_decoder"`: a second stack of recurrent layers begins with the states of the first. It
            reads the last step's values and what is known of each step ahead (Sutskever et al. 2014, without
            its own outputs as inputs).
            `"recursive"`: a forecast of the next step behind *each* step of `values`, from which the steps
            ahead are made one by one (Graves 2013; with a distribution DeepAR, Salinas et al. 2020).
            `forecast` is (batch, time, ...), and `known`, (batch, time, ...), is that of the step after each.
            What is saved is `seqzoo.models.stepped.stepped_of` the model: states go in and come out.
            `"segments"`: SegRNN (Lin et al. 2023). It takes each channel by itself, in segments of `segment`
            steps; all segments ahead come from the last state and a learned position, with the same weights.
        cell: a name in `seqzoo.layers.CELLS`.
        units: state size: one number, or one for each layer.
        num_layers: number of recurrent layers, where `units` is one number.
        num_targets: channels that are forecast; None: all.
        known_features: channels known of the future.
        static_features: numbers of the whole series.
        observed_features: the last so many of the `num_features` channels say, 1 or 0, whether each of the
            first was observed. Normalization and matrix read what was observed alone. Not for `"segments"`.
        look_back: steps of the past, for `"segments"`, where all windows are as long.
        segment: steps of a segment; it divides `look_back` and `horizon`.
        normalization: of each window by itself, undone in the forecast: `"none"`, `"last"` or `"reversible"`;
            see `seqzoo.models.windows.normalized`. In `"recursive"`, `"last"` adds the value of a step to the
            forecast of the next, and `"reversible"` is refused.
        distribution: `"point"`, `"quantiles"`, `"normal"`, `"student_t"` or `"negative_binomial"` (counts:
            without normalisation).
        quantiles: levels, for `"quantiles"`.
        dropout: share dropped of each layer's output.
        recurrent_dropout: share dropped of the state, one mask for all steps. It slows training.
        residual: add a layer's input to its output where sizes agree.
        linear: add the forecast of one matrix, the layer `linear`: NLinear (Zeng et al. 2023), (look_back,
            horizon), not trained, 0 until `set_weights`. The network learns what the matrix leaves and begins
            with nothing. It needs `look_back`; not for `"recursive"`, nor for counts.
        name: the model's name.

    Raises:
        InputError: on an unknown name, a number out of its range, or arguments that exclude each other.
    """
    targets = num_features if num_targets is None else num_targets
    check_positive(num_features=num_features, horizon=horizon, num_targets=targets)
    check_shares(dropout=dropout, recurrent_dropout=recurrent_dropout)
    check_name("mode", mode, FORECASTS)
    if targets > num_features:
        raise InputError(f"num_targets: {targets}; num_features is {num_features}")
    for what, number in (
        ("known", known_features),
        ("static", static_features),
        ("observed", observed_features),
    ):
        if number < 0:
            raise InputError(f"{what}_features: expected at least 0; got {number}")
    if observed_features > num_features - max(targets, observed_features):
        raise InputError(
            f"observed_features: {observed_features}; expected as many channels before them, and all "
            f"targets; num_features is {num_features}"
        )

    plan = horizons.Plan(
        horizon=horizon,
        targets=targets,
        count=count_of(distribution, quantiles),
        distribution=distribution,
        cell=cell,
        units=layer_sizes(units, num_layers),
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        residual=residual,
        look_back=look_back,
        segment=segment,
        linear=linear,
    )
    _check_together(mode, plan, num_features, static_features, normalization)

    values = keras.Input((look_back, num_features), name="values")
    lengths = keras.Input((), dtype="int32", name="lengths")
    mask = mask_of(values, lengths)
    recursive = mode == "recursive"
    past, normal = values, Normal(None, None)
    if observed_features and not recursive:
        past, normal = normalized_observed(values, mask, normalization, observed_features)
    elif not recursive:
        past, normal = normalized(values, mask, normalization)
    past, inputs = with_static(past, static_features)
    known = None
    if known_features:
        steps = None if recursive else horizon
        known = keras.Input((steps, known_features), name="known")
        inputs = [known, *inputs]

    raw = horizons.WAYS[mode](plan, past, mask, known)
    base = horizons.matrix(plan, values, mask, observed_features) if linear else None
    if recursive and normalization == "last":
        base = values[..., :targets]  # of the step before
    forecast = horizons.restored(distribution, raw, normal, base)
    output = layers.Identity(name="forecast")(forecast)
    return keras.Model([values, lengths, *inputs], output, name=name)


def _check_together(
    mode: str, plan: horizons.Plan, features: int, static: int, normalization: str
) -> None:
    """Refuse arguments that exclude each other."""
    if mode == "recursive" and normalization == "reversible":
        raise InputError(
            "normalization: expected none or last in a recursive forecaster, whose windows have their future "
            "in training; got reversible"
        )
    if plan.linear and mode == "recursive":
        raise InputError("linear: a recursive forecaster has no look-back of one length")
    if plan.linear and plan.distribution == "negative_binomial":
        raise InputError("linear: counts are not below 0, as a matrix's forecast may be")
    if plan.linear:
        check_positive(look_back=plan.look_back)
    if plan.distribution == "negative_binomial" and normalization != "none":
        raise InputError(f"normalization: counts have none; got {normalization}")
    if mode != "segments":
        return
    if static or features != plan.targets:
        raise InputError("segments: each channel is forecast from itself alone; got others")
    check_positive(look_back=plan.look_back, segment=plan.segment)
    assert plan.look_back is not None  # it is positive
    for what, number in (("look_back", plan.look_back), ("horizon", plan.horizon)):
        if number % plan.segment:
            raise InputError(
                f"segment: expected a divisor of {what}, {number}; got {plan.segment}"
            )
