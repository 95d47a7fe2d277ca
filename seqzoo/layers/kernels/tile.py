"""The inner tile of a matrix product, in LLVM's own vectors; see `gemm`."""

from collections.abc import Callable
from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_FEATURES = llvmlite.binding.get_host_cpu_features()
_BYTES = (
    64 if _FEATURES.get("avx512f") else 32 if _FEATURES.get("avx2") else 16
)  # of a vector
_WIDE = _BYTES == 32  # AVX2 has 16 vector registers, AVX-512 and NEON have 32
ROWS = 6  # rows of a tile
VECTORS = 2 if _WIDE else 4  # vectors in a row of a tile
COLUMNS = (
    VECTORS * _BYTES // 4
)  # columns of a tile and of a packed panel, whatever the type


def tile_of(variants: list[tuple[int, int]]) -> Callable:
    """A function for compiled code that works out one tile.

    `out[r, c] = first[r, c] + sum_k a[r, k] * b[k, c]` for `rows` rows and COLUMNS columns of each of
    a number of panels. Each array comes with the offset of its first element; rows of `a` are `a_row`
    elements apart, its columns `a_column`, the panels of `b` `b_panel`; rows of `b`, `first` and
    `out` so many as named, their columns one.

    Args:
        variants: rows and panels of each tile there is; the call's `rows` chooses, the last one
            where it is none of the others'.
    """

    @intrinsic
    def tile(_, rows, depth, a, a_at, a_row, a_column, b, b_at, b_panel, b_row, first, first_at, first_row,
             out, out_at, out_row):  # fmt: skip
        i = types.intp
        signature = types.void(i, i, a, i, i, i, b, i, i, i, first, i, i, out, i, i)
        return signature, lambda *arguments: _emit_variants(variants, *arguments)

    return tile


def _emit_variants(variants, context, builder, signature, arguments):
    """LLVM's code of all tiles and of the choice among them."""
    tile = _Tile(context, builder, signature, arguments)
    blocks = [builder.append_basic_block(f"rows.{rows}") for rows, _ in variants]
    done = builder.append_basic_block("done")
    choice = builder.switch(arguments[0], blocks[-1])
    for (rows, panels), block in zip(variants, blocks, strict=True):
        if block is not blocks[-1]:
            choice.add_case(ir.IntType(64)(rows), block)
        builder.position_at_end(block)
        tile.emit(rows, panels)
        builder.branch(done)
    builder.position_at_end(done)
    return context.get_dummy_value()


class _Tile:
    """Writes LLVM's code of a tile, in vectors as wide as the machine's."""

    def __init__(self, context: Any, builder: Any, signature: Any, arguments: Any):
        self.builder, self.integer = builder, ir.IntType(64)
        kind = signature.args[2].dtype
        number, self.size = context.get_value_type(kind), kind.bitwidth // 8
        self.lanes = _BYTES // self.size
        self.vector = ir.VectorType(number, self.lanes)
        self.width = COLUMNS // self.lanes  # vectors of a panel

        def start(position):
            proxy = cgutils.create_struct_proxy(signature.args[position])
            data = proxy(context, builder, value=arguments[position]).data
            return builder.gep(data, [arguments[position + 1]])

        self.depth = arguments[1]
        self.a, self.a_row, self.a_column = start(2), arguments[4], arguments[5]
        self.b, self.b_panel, self.b_row = start(6), arguments[8], arguments[9]
        self.first, self.first_row = start(10), arguments[12]
        self.out, self.out_row = start(13), arguments[15]

    def apart(self, base, stride, count):
        """Pointers, `stride` elements apart."""
        return [
            self.builder.gep(base, [self.builder.mul(stride, self.integer(i))])
            for i in range(count)
        ]

    def vectors(self, base, count):
        """Pointers to vectors that lie side by side."""
        starts = [
            self.builder.gep(base, [self.integer(i * self.lanes)]) for i in range(count)
        ]
        return [self.builder.bitcast(start, self.vector.as_pointer()) for start in starts]

    def load(self, pointers):
        """The vectors at these pointers."""
        return [self.builder.load(pointer, align=self.size) for pointer in pointers]

    def emit(self, rows: int, panels: int):
        """Load the sums, loop over depth, store them: `rows` rows of `panels` panels."""
        builder = self.builder
        width = panels * self.width  # vectors in a row of the tile
        a_rows = self.apart(self.a, self.a_row, rows)
        b_panels = self.apart(self.b, self.b_panel, panels)
        from_rows = self.apart(self.first, self.first_row, rows)
        before = [x for row in from_rows for x in self.load(self.vectors(row, width))]

        entry = builder.block
        loop = builder.append_basic_block("depth")
        end = builder.append_basic_block("end")
        builder.branch(loop)

        # The loop: k and all sums are kept in registers from one round to the next.
        builder.position_at_end(loop)
        k = builder.phi(self.integer)
        sums = [builder.phi(self.vector) for _ in before]
        after = self._added(k, a_rows, b_panels, sums, width)
        following = builder.add(k, self.integer(1))
        starts, nexts = [self.integer(0), *before], [following, *after]
        for phi, start, later in zip([k, *sums], starts, nexts, strict=True):
            phi.add_incoming(start, entry)
            phi.add_incoming(later, loop)
        builder.cbranch(builder.icmp_signed("<", following, self.depth), loop, end)

        builder.position_at_end(end)
        to_rows = self.apart(self.out, self.out_row, rows)
        targets = [pointer for row in to_rows for pointer in self.vectors(row, width)]
        for value, pointer in zip(after, targets, strict=True):
            builder.store(value, pointer, align=self.size)

    def _added(self, k, a_rows, b_panels, sums, width):
        """The sums plus a[:, k] times b[k], row by row."""
        builder = self.builder
        b_rows = [builder.gep(panel, [builder.mul(k, self.b_row)]) for panel in b_panels]
        columns = [x for row in b_rows for x in self.load(self.vectors(row, self.width))]
        place = builder.mul(k, self.a_column)
        after = []
        for row, pointer in enumerate(a_rows):
            scalar = builder.load(builder.gep(pointer, [place]))
            number = _broadcast(builder, scalar, self.vector)
            so_far = sums[row * width : (row + 1) * width]
            for column, total in zip(columns, so_far, strict=True):
                after.append(_fma(builder, number, column, total))
        return after


def _broadcast(builder, number, vector):
    """A number in every lane of a vector."""
    nothing = ir.Constant(vector, ir.Undefined)
    lane = builder.insert_element(nothing, number, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(lane, nothing, zeros)


def _fma(builder, a, b, c):
    """a * b + c of vectors, rounded once."""
    bits = {ir.FloatType(): 32, ir.DoubleType(): 64}[a.type.element]
    name = f"llvm.fma.v{a.type.count}f{bits}"
    kind = ir.FunctionType(a.type, [a.type] * 3)
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    return builder.call(function, [a, b, c])
