"""Cells around cells: residual, dropout, zoneout, a device, a stack. `RNN` runs them.

`keras.layers.RNN` runs them too, but draws anew at each step what should be drawn once.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops, tree

from seqzoo.errors import InputError
from seqzoo.layers.cells.base import Steps, in_steps, times
from seqzoo.layers.cells.wrapper import CellWrapper, check_single
from seqzoo.layers.tensors import Nested, Shape, Tensor


@keras.saving.register_keras_serializable("seqzoo")
class ResidualCell(CellWrapper):
    """The cell's output with its input added (He et al. 2016; Wu et al. 2016, section 3.1)."""

    def build(self, input_shape: Shape) -> None:
        """Build the cell inside.

        Raises:
            InputError: if inputs and outputs differ in size.
        """
        if (size := input_shape[-1]) != self.output_size:
            raise InputError(
                f"ResidualCell: expected inputs of size {self.output_size}, the output's; got {size}"
            )
        super().build(input_shape)

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """The inputs, and what the cell inside makes of them."""
        return x, super().project(x, fixed, fresh)

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """The cell's step, its output plus the input."""
        output, states = super().advance(z[1], states, fixed, fresh)
        return output + z[0], states


@keras.saving.register_keras_serializable("seqzoo")
class DropoutCell(CellWrapper):
    """A cell whose inputs, state or outputs are dropped in training.

    Args:
        cell: see `CellWrapper`.
        input_dropout, state_dropout, output_dropout: shares dropped; of the states it is the first, h.
        variational: one draw for all steps (Gal & Ghahramani 2016, section 4), not one for each.
        seed: of the draws.

    Raises:
        InputError: on what is no share below 1, or dropout of a stack's state: that of which cell?
    """

    def __init__(
        self,
        cell: keras.layers.Layer,
        input_dropout: float = 0.0,
        state_dropout: float = 0.0,
        output_dropout: float = 0.0,
        variational: bool = True,
        seed: int | None = None,
        **settings: Any,
    ):
        super().__init__(cell, **settings)
        self.rates = {"input_dropout": input_dropout, "state_dropout": state_dropout,
                      "output_dropout": output_dropout}  # fmt: skip
        for name, rate in self.rates.items():
            if not 0 <= rate < 1:
                raise InputError(
                    f"{name}: expected a share from 0 up to, not including, 1; got {rate!r}"
                )
        if state_dropout:
            check_single(cell, "DropoutCell, state_dropout")
        self.variational, self.seed = variational, seed
        self.noise = keras.random.SeedGenerator(seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this cell again."""
        return {
            **super().get_config(),
            **self.rates,
            "variational": self.variational,
            "seed": self.seed,
        }

    def draw(self, x: Tensor, training: bool | None) -> tuple[Nested, Nested]:
        """Masks by the name of their rate, and what the cell inside draws.

        They are (batch, size) for all steps, or (batch, time, size).
        """
        inner = super().draw(x, training)
        sizes = (x.shape[-1], self.output_size, self.output_size)
        first = tuple(ops.shape(x)[:1] if self.variational else ops.shape(x)[:2])
        drawn = {}
        for (name, rate), size in zip(self.rates.items(), sizes, strict=True):
            if training and rate:
                ones = ops.ones((*first, size), x.dtype)
                drawn[name] = keras.random.dropout(ones, rate, seed=self.noise)
        if self.variational:
            return (drawn, inner[0]), ({}, inner[1])
        return ({}, inner[0]), (drawn, inner[1])

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """What the cell inside makes of the thinned inputs."""
        x = times(x, fixed[0].get("input_dropout"))
        if "input_dropout" in fresh[0]:
            x = x * fresh[0]["input_dropout"]
        return super().project(x, fixed[1], fresh[1])

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """The cell's step on a thinned state; its output is thinned too."""
        drawn = fixed[0] | fresh[0]
        states = [times(states[0], drawn.get("state_dropout")), *states[1:]]
        output, states = super().advance(z, states, fixed[1], fresh[1])
        return times(output, drawn.get("output_dropout")), states


@keras.saving.register_keras_serializable("seqzoo")
class ZoneoutCell(CellWrapper):
    """In training each number of a state may keep its value of the step before (Krueger et al. 2017).

    Without training a state is the mean over what may happen.

    Args:
        cell: one whose output is its first state, as all of the table's are.
        rates: the chance, of all states or one for each: of an LSTM's h and c.
        seed: of the draws.

    Raises:
        InputError: on what is no share below 1, another number of them than states, or a cell whose output
            is none of its states.
    """

    def __init__(
        self,
        cell: keras.layers.Layer,
        rates: float | Sequence[float] = 0.1,
        seed: int | None = None,
        **settings: Any,
    ):
        super().__init__(cell, **settings)
        check_single(cell, "ZoneoutCell")
        sizes = (
            cell.state_size
            if isinstance(cell.state_size, (list, tuple))
            else [cell.state_size]
        )
        self.rates = list(rates) if isinstance(rates, Sequence) else [rates] * len(sizes)
        if len(self.rates) != len(sizes):
            raise InputError(
                f"rates: expected one, or {len(sizes)}, as there are states; got {len(self.rates)}"
            )
        for rate in self.rates:
            if not 0 <= rate < 1:
                raise InputError(
                    f"rates: expected shares from 0 up to, not including, 1; got {rate!r}"
                )
        self.sizes, self.seed = list(sizes), seed
        self.noise = keras.random.SeedGenerator(seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this cell again."""
        return {**super().get_config(), "rates": self.rates, "seed": self.seed}

    def draw(self, x: Tensor, training: bool | None) -> tuple[Nested, Nested]:
        """For each state which numbers stay, 0 or 1, (batch, time, size); nothing outside training."""
        fixed, fresh = super().draw(x, training)
        if not training:
            return fixed, ((), fresh)
        shape, stays = tuple(ops.shape(x)[:2]), []
        for size, rate in zip(self.sizes, self.rates, strict=True):
            stays.append(
                ops.cast(
                    keras.random.uniform((*shape, size), seed=self.noise) < rate, x.dtype
                )
            )
        return fixed, (tuple(stays), fresh)

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """What the cell inside makes of the inputs."""
        return super().project(x, fixed, fresh[1])

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """The cell's step; then numbers that stay are set back.

        Raises:
            InputError: if the output is not the first state.
        """
        output, after = super().advance(z, states, fixed, fresh[1])
        if output is not after[0]:
            raise InputError(
                f"ZoneoutCell: expected a cell whose output is its first state; {self.cell.name}'s is not"
            )
        shares = fresh[0] or self.rates
        after = [
            new + s * (old - new) for new, old, s in zip(after, states, shares, strict=True)
        ]
        return after[0], after


@keras.saving.register_keras_serializable("seqzoo")
class DeviceCell(CellWrapper):
    """A cell that is built and run on a device, `"cpu:0"` or `"gpu:1"`, as `keras.device` names them."""

    def __init__(self, cell: keras.layers.Layer, device: str, **settings: Any):
        super().__init__(cell, **settings)
        self.device = device

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this cell again."""
        return {**super().get_config(), "device": self.device}

    def build(self, input_shape: Shape) -> None:
        """Build the cell on the device."""
        with keras.device(self.device):
            super().build(input_shape)

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """What the cell makes of the inputs, on the device."""
        with keras.device(self.device):
            return super().project(x, fixed, fresh)

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """The cell's step, on the device."""
        with keras.device(self.device):
            return super().advance(z, states, fixed, fresh)


@keras.saving.register_keras_serializable("seqzoo")
class StackedCells(Steps, keras.layers.StackedRNNCells):
    """`keras.layers.StackedRNNCells` of cells in parts: each one's output is the next one's input.

    Unlike a stack of layers it is one loop, for when a step's input depends on the step before (`raw_rnn`).
    """

    def draw(self, x: Tensor, training: bool | None) -> tuple[Nested, Nested]:
        """What each cell draws, for inputs of its own size."""
        drawn, sizes = [], [x.shape[-1], *(cell.output_size for cell in self.cells)]
        for cell, size in zip(self.cells, sizes[:-1], strict=True):
            like = (
                x if size == x.shape[-1] else ops.zeros((*ops.shape(x)[:2], size), x.dtype)
            )
            drawn.append(in_steps(cell).draw(like, training))
        return tuple(fixed for fixed, _ in drawn), tuple(fresh for _, fresh in drawn)

    def project(self, x: Tensor, fixed: Nested, fresh: Nested) -> Nested:
        """What the first cell makes of the inputs; the others wait for it."""
        return in_steps(self.cells[0]).project(x, fixed[0], fresh[0])

    def advance(
        self, z: Nested, states: list, fixed: Nested, fresh: Nested
    ) -> tuple[Tensor, list]:
        """A step of every cell: output of the last one, states of each."""
        after = []
        for number, (cell, before) in enumerate(zip(self.cells, states, strict=True)):
            steps = in_steps(cell)
            if number:
                z = steps.project(z, fixed[number], fresh[number])
            before = list(before) if tree.is_nested(before) else [before]
            z, ends = steps.advance(z, before, fixed[number], fresh[number])
            after.append(ends if tree.is_nested(states[number]) else ends[0])
        return z, after
