"""What the builders share: checks of their numbers, dropout of inputs, the stack of recurrent layers."""

from collections.abc import Iterable, Sequence
from typing import Any

from keras import layers

from seqzoo.errors import InputError, unknown_name
from seqzoo.layers.by_name import recurrent
from seqzoo.layers.chopped import Chopped
from seqzoo.layers.tensors import Tensor


def stacked(
    x: Tensor,
    mask: Tensor | None,
    *,
    cell: str,
    units: Sequence[int],
    bidirectional: bool,
    return_sequences: bool,
    dropout: float,
    recurrent_dropout: float,
    residual: bool,
    states: list | None = None,
    sums: bool = False,
    chop: int = 0,
    prefix: str = "",
    trainable: bool = True,
) -> Tensor:
    """Recurrent layers on (batch, time, features), dropout between them; the names count from 1.

    `states`, a list, gets each layer's last states, both directions' side by side. With `sums` the features
    are the first layer's sums; see `seqzoo.layers.recurrent`. With `chop` training reads pieces of so many
    steps; see `seqzoo.layers.Chopped`.
    """
    for number, size in enumerate(units, 1):
        last, way = number == len(units), "bidirectional_" if bidirectional else ""
        layer = recurrent(
            cell,
            size,
            bidirectional=bidirectional,
            return_sequences=not last or return_sequences,
            return_state=states is not None,
            recurrent_dropout=recurrent_dropout,
            sums=sums and number == 1,
            name=f"{prefix}{way}{cell}_{number}",
        )
        if not trainable:
            layer.trainable = False
        if chop:
            layer = Chopped(layer, chop, name=f"{prefix}chopped_{number}")
        before, x = x, layer(x, mask=mask)
        if states is not None:
            x, *ends = x
            if bidirectional:
                half = len(ends) // 2
                both = zip(ends[:half], ends[half:], strict=True)
                ends = [layers.Concatenate()(list(pair)) for pair in both]
            states += ends
        if residual and before.shape == x.shape:
            x = layers.Add(name=f"{prefix}residual_{number}")([before, x])
        if dropout and not last:
            x = layers.Dropout(dropout, name=f"{prefix}dropout_{number}")(x)
    return x


def thin_out(
    x: Tensor, token_dropout: float, embedding_dropout: float, prefix: str = ""
) -> Tensor:
    """Drop whole tokens of (batch, time, features), then features of whole texts."""
    if token_dropout:
        x = layers.Dropout(
            token_dropout, noise_shape=(None, None, 1), name=f"{prefix}token_dropout"
        )(x)
    if embedding_dropout:
        x = layers.SpatialDropout1D(embedding_dropout, name=f"{prefix}embedding_dropout")(x)
    return x


def probabilities(x: Tensor, num_classes: int, multi_label: bool) -> Tensor:
    """Of each class, (batch, features) -> float32 (batch, classes), by the layer `label`.

    They add up to 1, but of one class, or where a row may have several, each stands by itself.
    """
    alone = multi_label or num_classes == 1
    activation = "sigmoid" if alone else "softmax"
    return layers.Dense(num_classes, activation, name="label")(x)


def layer_sizes(units: int | Sequence[int], num_layers: int) -> tuple[int, ...]:
    """The state size of each layer.

    Raises:
        InputError: on numbers that are no sizes, or another number of them than layers.
    """
    if isinstance(units, int):
        check_positive(num_layers=num_layers)
        units = (units,) * num_layers
    if num_layers not in (1, len(units)):
        raise InputError(f"units: {len(units)} given for num_layers={num_layers}")
    if not units:
        raise InputError("units: expected at least one; got none")
    for number, size in enumerate(units):
        check_positive(**{"units" if len(set(units)) == 1 else f"units[{number}]": size})
    return tuple(units)


def check_positive(**numbers: Any) -> None:
    """Refuse what is no whole number of at least 1."""
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise InputError(
                f"{name}: expected a whole number of at least 1; got {number!r}"
            )


def check_name(kind: str, name: str, choices: Iterable[str]) -> None:
    """Refuse an unknown name, listing the choices."""
    if name not in choices:
        raise unknown_name(kind, name, choices)


def check_shares(**shares: float) -> None:
    """Refuse what is no share below 1."""
    for name, share in shares.items():
        if not 0 <= share < 1:
            raise InputError(
                f"{name}: expected a share from 0 up to, not including, 1; got {share!r}"
            )
