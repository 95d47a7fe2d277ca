"""Ways from a window of the past to the steps ahead; `seqzoo.models.forecaster` says what they are."""

from collections.abc import Callable
from dataclasses import dataclass

from keras import layers, ops

from seqzoo.layers.by_name import recurrent
from seqzoo.layers.distributions import DISTRIBUTIONS, parameters
from seqzoo.layers.tensors import Tensor
from seqzoo.models.stack import stacked
from seqzoo.models.windows import Normal, last_of, last_seen, observed_of


@dataclass(frozen=True)
class Plan:
    """What the ways have in common; the arguments of `seqzoo.models.forecaster`.

    Attributes:
        targets: channels that are forecast.
        count: numbers of a forecast value.
        linear: a matrix is added; the network begins with nothing beside it.
    """

    horizon: int
    targets: int
    count: int
    distribution: str
    cell: str
    units: tuple[int, ...]
    dropout: float
    recurrent_dropout: float
    residual: bool
    look_back: int | None
    segment: int
    linear: bool = False

    def out(self, count: int) -> layers.Layer:
        """The dense layer that ends a way."""
        first = "zeros" if self.linear else "glorot_uniform"
        return layers.Dense(count, kernel_initializer=first, name="steps")

    def stack(
        self,
        x: Tensor,
        mask: Tensor | None,
        sequences: bool,
        prefix: str = "",
        states: list | None = None,
        units: tuple[int, ...] | None = None,
    ) -> Tensor:
        """The recurrent layers: (batch, time, features) -> (batch, units), or with time where `sequences`.

        Args:
            x, mask, prefix, states: as `seqzoo.models.stack.stacked` takes them.
            sequences: all states, or the last alone.
            units: of the layers, where they are not all.
        """
        return stacked(
            x,
            mask,
            cell=self.cell,
            units=self.units if units is None else units,
            bidirectional=False,
            return_sequences=sequences,
            dropout=self.dropout,
            recurrent_dropout=self.recurrent_dropout,
            residual=self.residual,
            states=states,
            prefix=prefix,
        )

    def thinned(self, x: Tensor) -> Tensor:
        """Dropout in front of the output."""
        return layers.Dropout(self.dropout, name="dropout")(x) if self.dropout else x


def direct(plan: Plan, past: Tensor, mask: Tensor, known: Tensor | None) -> Tensor:
    """All steps from the last state: (batch, time, channels) -> (batch, horizon, targets, count)."""
    state = plan.thinned(plan.stack(past, mask, sequences=False))
    if known is not None:
        # (batch, horizon, features) -> (batch, horizon * features)
        flat = layers.Flatten(name="known_flat")(known)
        state = layers.Concatenate(name="with_known")([state, flat])
    shape = (plan.horizon, plan.targets, plan.count)
    flat = plan.out(plan.horizon * plan.targets * plan.count)(state)
    return layers.Reshape(shape, name="raw")(flat)  # (batch, horizon, targets, count)


def encoder_decoder(plan: Plan, past: Tensor, mask: Tensor, known: Tensor | None) -> Tensor:
    """A decoder over the steps ahead: -> (batch, horizon, targets, count)."""
    states: list[Tensor] = []
    plan.stack(past, mask, sequences=False, prefix="encoder_", states=states)
    x = ops.repeat(last_of(past, mask), plan.horizon, axis=1)  # (batch, horizon, channels)
    if known is not None:
        x = layers.Concatenate(name="with_known")([x, known])

    per_layer = len(states) // len(plan.units)
    for number, size in enumerate(plan.units, 1):
        first = states[(number - 1) * per_layer : number * per_layer]
        layer = recurrent(
            plan.cell,
            size,
            recurrent_dropout=plan.recurrent_dropout,
            name=f"decoder_{plan.cell}_{number}",
        )
        x = layer(x, initial_state=first)
    return _steps(plan, plan.thinned(x))


def recursive(plan: Plan, past: Tensor, mask: Tensor, known: Tensor | None) -> Tensor:
    """The step behind each step: -> (batch, time, targets, count)."""
    if known is not None:
        past = layers.Concatenate(name="with_known")([past, known])
    # The layers give their states, too: `seqzoo.models.stepped` goes on from them.
    x = plan.stack(past, mask, sequences=True, states=[])
    return _steps(plan, plan.thinned(x))


def segments(plan: Plan, past: Tensor, mask: Tensor, known: Tensor | None) -> Tensor:
    """Lin et al. 2023, sections 3.3 and 3.4: -> (batch, horizon, targets, count).

    A row is a channel of a window; windows are whole, so that no mask plays a part.
    """
    assert plan.look_back is not None  # the builder has looked
    size, ahead = plan.units[-1], plan.horizon // plan.segment
    before = plan.look_back // plan.segment
    # (batch, time, targets) -> (batch, targets, time) -> (batch * targets, segments, steps)
    rows = ops.reshape(ops.transpose(past, (0, 2, 1)), (-1, before, plan.segment))
    x = layers.Dense(size, "relu", name="segment")(rows)

    if len(plan.units) > 1:
        x = plan.stack(x, None, sequences=True, prefix="lower_", units=plan.units[:-1])
    layer = recurrent(
        plan.cell,
        size,
        return_state=True,
        return_sequences=False,
        recurrent_dropout=plan.recurrent_dropout,
        name=f"{plan.cell}_{len(plan.units)}",
    )
    _, *states = layer(x)

    # One step for each segment ahead: (batch * targets, size) -> (batch * targets * segments, size)
    states = [ops.repeat(state, ahead, axis=0) for state in states]
    first = _places(plan, past, size, known)
    last, *_ = layer(first, initial_state=states)
    raw = plan.out(plan.segment * plan.count)(plan.thinned(last))

    # (batch * targets * segments, steps * count) -> (batch, targets, horizon, count)
    raw = ops.reshape(raw, (-1, plan.targets, plan.horizon, plan.count))
    return ops.transpose(raw, (0, 2, 1, 3))


def _places(plan: Plan, past: Tensor, size: int, known: Tensor | None) -> Tensor:
    """What the segments ahead are told apart by: (batch * targets * segments, 1, size).

    Half is the segment's position, half the channel's. A dense layer of what is known of a segment is added.
    """
    half, ahead = size // 2, plan.horizon // plan.segment
    none = ops.zeros_like(past[:, :1, 0], dtype="int32")  # (batch, 1)
    positions = layers.Embedding(ahead, size - half, name="position")(
        none + ops.expand_dims(ops.arange(ahead, dtype="int32"), 0)
    )
    channels = layers.Embedding(plan.targets, half, name="channel")(
        none + ops.expand_dims(ops.arange(plan.targets, dtype="int32"), 0)
    )
    # (batch, segments, ...) and (batch, targets, ...) -> (batch, targets, segments, size)
    positions = ops.repeat(ops.expand_dims(positions, 1), plan.targets, axis=1)
    channels = ops.repeat(ops.expand_dims(channels, 2), ahead, axis=2)
    both = ops.concatenate([positions, channels], axis=-1)
    if known is not None:
        flat = known.shape[-1] * plan.segment
        parts = ops.reshape(known, (-1, 1, ahead, flat))  # (batch, 1, segments, flat)
        both = both + layers.Dense(size, name="known_segment")(parts)
    return ops.reshape(both, (-1, 1, size))


def _steps(plan: Plan, x: Tensor) -> Tensor:
    """A dense layer at each step: (batch, steps, units) -> (batch, steps, targets, count)."""
    return by_target(plan.out(plan.targets * plan.count)(x), plan.targets)


def by_target(flat: Tensor, targets: int) -> Tensor:
    """What the layer `steps` gives, by target: (batch, steps, count * targets) -> (..., targets, count)."""
    starts = range(0, flat.shape[-1], targets)
    return ops.stack([flat[..., start : start + targets] for start in starts], axis=-1)


def matrix(plan: Plan, values: Tensor, mask: Tensor, observed: int = 0) -> Tensor:
    """One matrix from look-back to horizon, the same for all targets: (batch, horizon, targets).

    It is NLinear (Zeng et al. 2023). Its weights are fixed: 0, until they are set.

    Args:
        plan: the forecaster's.
        values: float32 (batch, look_back, channels).
        mask: bool (batch, look_back).
        observed: how many of the first channels have a flag at the end: the last value stands where one is 0.
    """
    dense = layers.Dense(
        plan.horizon, kernel_initializer="zeros", trainable=False, name="linear"
    )
    if observed:
        window = observed_of(values, mask, observed)
        last = last_seen(window)[..., : plan.targets]
        apart = (window.values[..., : plan.targets] - last) * window.seen[
            ..., : plan.targets
        ]
        return _ahead(dense, apart, last)
    return of_matrix(dense, values, mask, plan.targets)


def of_matrix(dense: layers.Layer, values: Tensor, mask: Tensor, targets: int) -> Tensor:
    """What the matrix of a layer gives: (batch, horizon, targets).

    Args:
        dense: with the matrix.
        values, mask: see `matrix`.
        targets: channels that are forecast.
    """
    last = last_of(values, mask)[..., :targets]  # (batch, 1, targets)
    return _ahead(dense, values[..., :targets] - last, last)


def _ahead(dense: layers.Layer, apart: Tensor, last: Tensor) -> Tensor:
    moved = ops.transpose(apart, (0, 2, 1))
    # (batch, targets, look_back) -> (batch, targets, horizon) -> (batch, horizon, targets)
    return ops.transpose(dense(moved), (0, 2, 1)) + last


def restored(
    distribution: str, raw: Tensor, normal: Normal, base: Tensor | None = None
) -> Tensor:
    """The forecast in the unit of the values: (batch, steps, targets), of a distribution (..., count).

    Args:
        distribution: the forecaster's.
        raw: (batch, steps, targets, count).
        normal: what the windows were moved and divided by.
        base: what the forecast is apart from, (batch, steps, targets); None: from what windows were moved by.
    """
    given, targets = parameters(raw, distribution), raw.shape[-2]
    moves, grows = _unit(distribution)
    if normal.divided is not None:
        divided = ops.expand_dims(normal.divided[..., :targets], -1)
        given = given * divided if grows is None else given * divided**grows
    if base is None and normal.moved is not None:
        base = normal.moved[..., :targets]
    if base is not None:
        moved = ops.expand_dims(base, -1)
        given = given + moved if moves is None else given + moved * moves
    return given[..., 0] if distribution == "point" else given


def _unit(distribution: str) -> tuple[Tensor | None, Tensor | None]:
    """Which parameters move with the values' zero, and which grow with their unit: 1 or 0 each; None: all."""
    kind = DISTRIBUTIONS[distribution]
    if distribution in ("point", "quantiles"):
        return None, None
    moves = [float(name in kind.location) for name in kind.parameters]
    grows = [float(name in kind.location + kind.scales) for name in kind.parameters]
    return ops.convert_to_tensor(moves, "float32"), ops.convert_to_tensor(grows, "float32")


WAYS: dict[str, Callable[[Plan, Tensor, Tensor, Tensor | None], Tensor]] = {
    "direct": direct,
    "encoder_decoder": encoder_decoder,
    "recursive": recursive,
    "segments": segments,
}
