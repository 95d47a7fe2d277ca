"""Matrix product in registers: what the loop over time spends nearly all its time on.

The products of a recurrence are small (a batch by a few hundred units), and the libraries at hand
reach half of what the machine can do on them: they pack their operands anew at each call and, on
some CPUs, leave the widest vectors unused. Here weights are packed once for a whole sequence, and
the inner tile, at most `ROWS` by `COLUMNS` sums held in registers (Goto & van de Geijn 2008,
section 4), is written in LLVM's own vectors, so that no compiler has to guess them.
"""

from typing import Any

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.memory import empty
from seqzoo.layers.kernels.records import Matrix

_FEATURES = llvmlite.binding.get_host_cpu_features()
_BYTES = 64 if _FEATURES.get("avx512f") else 32 if _FEATURES.get("avx2") else 16
_WIDE = _BYTES == 32  # AVX2 has 16 vector registers, AVX-512 and NEON have 32
ROWS = 6  # rows of a tile
VECTORS = 2 if _WIDE else 4  # vectors in a row of a tile
COLUMNS = (
    VECTORS * _BYTES // 4
)  # columns of a tile and of a packed panel, whatever the type
# Plain numbers would make a variant of each function for each of them.
FIRST: Any = np.int64(0)
_ONE: Any = np.int64(1)
_PANEL: Any = np.int64(COLUMNS)


def _tile(variants):
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

    def __init__(self, context, builder, signature, arguments):
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
        return [self.builder.load(pointer, align=self.size) for pointer in pointers]

    def emit(self, rows: int, panels: int):
        """Load the sums, loop over depth, store them."""
        builder, width = self.builder, panels * self.width
        a_rows, b_panels = (
            self.apart(self.a, self.a_row, rows),
            self.apart(self.b, self.b_panel, panels),
        )
        from_rows = self.apart(self.first, self.first_row, rows)
        before = [x for row in from_rows for x in self.load(self.vectors(row, width))]
        entry, loop, end = (
            builder.block,
            builder.append_basic_block("depth"),
            builder.append_basic_block("end"),
        )
        builder.branch(loop)
        builder.position_at_end(loop)
        k, sums = builder.phi(self.integer), [builder.phi(self.vector) for _ in before]
        b_rows = [builder.gep(panel, [builder.mul(k, self.b_row)]) for panel in b_panels]
        columns = [x for row in b_rows for x in self.load(self.vectors(row, self.width))]
        place, after = builder.mul(k, self.a_column), []
        for row, pointer in enumerate(a_rows):
            number = _broadcast(
                builder, builder.load(builder.gep(pointer, [place])), self.vector
            )
            so_far = sums[row * width : (row + 1) * width]
            after += [
                _fma(builder, number, c, s) for c, s in zip(columns, so_far, strict=True)
            ]
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


def _broadcast(builder, number, vector):
    nothing = ir.Constant(vector, ir.Undefined)
    lane = builder.insert_element(nothing, number, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(lane, nothing, zeros)


def _fma(builder, a, b, c):
    bits = {ir.FloatType(): 32, ir.DoubleType(): 64}[a.type.element]
    name = f"llvm.fma.v{a.type.count}f{bits}"
    kind = ir.FunctionType(a.type, [a.type] * 3)
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    return builder.call(function, [a, b, c])


WIDE = 4  # panels that a single row takes at once: a sum must wait for the one before it
_rows_tile = _tile([(rows, 1) for rows in range(1, ROWS + 1)])
_wide_tile = _tile([(1, WIDE)])


def padded(columns: int) -> int:
    """The number of columns that a result of `multiply` needs: full tiles."""
    return -(-columns // COLUMNS) * COLUMNS


@compiled
def aligned(rows: int, columns: int, like: np.ndarray) -> np.ndarray:
    """An empty (rows, columns) array, typed as `like`, that begins at a multiple of 64 bytes."""
    raw = np.empty(rows * columns + 64 // like.itemsize, like.dtype)
    first = (-raw.ctypes.data % 64) // raw.itemsize
    return raw[first : first + rows * columns].reshape(rows, columns)


@compiled
def pack(matrix: np.ndarray) -> np.ndarray:
    """(depth, columns), any strides -> (panels, depth, COLUMNS), zeros past the last column."""
    depth, columns = matrix.shape
    panels = (columns + COLUMNS - 1) // COLUMNS
    out = aligned(panels, depth * COLUMNS, matrix).reshape(panels, depth, COLUMNS)
    fill(matrix, out)
    return out


@compiled
def fill(matrix: np.ndarray, out: np.ndarray) -> None:
    """Put a matrix into panels; see `pack`."""
    depth, columns = matrix.shape
    for panel in range(out.shape[0]):
        left = panel * COLUMNS
        width = min(COLUMNS, columns - left)
        for k in range(depth):
            row = out[panel, k]
            for c in range(width):
                row[c] = matrix[k, left + c]
            for c in range(width, COLUMNS):
                row[c] = 0


@compiled
def multiply(
    rows: int, depth: int, panels: int,
    a: np.ndarray, a_at: int, a_row: int, a_column: int,
    b: np.ndarray, b_panel: int, b_row: int,
    first: np.ndarray, first_at: int, first_row: int,
    out: np.ndarray, out_at: int, out_row: int,
) -> None:  # fmt: skip
    """`out = first + a @ b`, tile by tile; every full panel of columns is written, `rows` rows.

    Args:
        rows, depth, panels: sizes; depth at least 1.
        a, a_at, a_row, a_column: the left matrix: array, offset of its first element, steps from
            row to row and from column to column; a step of 1 from row to row takes it transposed.
        b, b_panel, b_row: the right matrix: array, steps from panel to panel and from row to row.
        first, first_at, first_row: what the sums start from; a row step of 0 repeats one row.
        out, out_at, out_row: where they go.
    """
    panel = 0
    while panel < panels:
        wide = rows == 1 and panel + WIDE <= panels
        b_at, left = panel * b_panel, panel * COLUMNS
        for r in range(0, rows, ROWS):
            left_at, from_at = a_at + r * a_row, first_at + r * first_row + left
            to_at = out_at + r * out_row + left
            if wide:
                _wide_tile(1, depth, a, left_at, a_row, a_column, b, b_at, b_panel, b_row,
                           first, from_at, first_row, out, to_at, out_row)  # fmt: skip
            else:
                count = min(ROWS, rows - r)
                _rows_tile(count, depth, a, left_at, a_row, a_column, b, b_at, b_panel, b_row,
                           first, from_at, first_row, out, to_at, out_row)  # fmt: skip
        panel += WIDE if wide else 1


def as_packed(matrix: np.ndarray) -> Matrix:
    """A matrix (depth, columns), copied panel by panel: the quicker way for many rows."""
    depth, panels = matrix.shape[0], -(-matrix.shape[1] // COLUMNS)
    data = empty((panels, depth, COLUMNS), matrix.dtype)
    fill(matrix, data)
    return Matrix(data.reshape(-1), depth, panels, depth * COLUMNS, COLUMNS)


def as_it_is(matrix: np.ndarray) -> Matrix:
    """A matrix (depth, columns) where it lies: the quicker way for few rows.

    Args:
        matrix: rows contiguous, full panels of columns.
    """
    depth, columns = matrix.shape
    row_step = matrix.strides[0] // matrix.itemsize
    size = (depth - 1) * row_step + columns if depth else 0
    data = np.lib.stride_tricks.as_strided(matrix, (size,), (matrix.itemsize,))
    return Matrix(data, depth, columns // COLUMNS, COLUMNS, row_step)


@compiled
def add_product(
    rows: int,
    a: np.ndarray,
    a_row: int,
    a_column: int,
    b: Matrix,
    out: np.ndarray,
    out_row: int,
    out_column: int,
) -> None:
    """out += a @ b in place, from the rows and columns named on; b is a `Matrix`."""
    if b.depth == 0:
        return
    a_at, a_step = a_row * a.shape[1] + a_column, a.shape[1]
    at, step = out_row * out.shape[1] + out_column, out.shape[1]
    sums = out.reshape(-1)
    multiply(rows, b.depth, b.panels, a.reshape(-1), a_at, a_step, _ONE, b.data, b.panel_step, b.row_step,
             sums, at, step, sums, at, step)  # fmt: skip


@compiled
def product(
    rows: int, a: np.ndarray, b: Matrix, start: np.ndarray, out: np.ndarray, out_row: int
) -> None:
    """out = start + a @ b, from row `out_row` on; b is a `Matrix`, `start` one row of full panels."""
    if b.depth == 0:
        for r in range(rows):
            for j in range(start.size):
                out[out_row + r, j] = start[j]
        return
    at, step = out_row * out.shape[1], out.shape[1]
    multiply(rows, b.depth, b.panels, a.reshape(-1), FIRST, a.shape[1], _ONE, b.data, b.panel_step,
             b.row_step, start, FIRST, FIRST, out.reshape(-1), at, step)  # fmt: skip


@compiled
def add_transposed(
    depth: int,
    a: np.ndarray,
    a_row: int,
    a_column: int,
    b: np.ndarray,
    b_column: int,
    out: np.ndarray,
    zeros: np.ndarray,
) -> None:
    """out += a.T @ b over `depth` rows, from the rows and columns named on; out's columns are padded.

    Args:
        zeros: a row of zeros, to set `out` and not to add to it; or no elements.
    """
    a_step, b_step, step = a.shape[1], b.shape[1], out.shape[1]
    at, panels = a_row * a_step + a_column, step // COLUMNS
    sums = out.reshape(-1)
    first, first_step = (zeros, FIRST) if zeros.size else (sums, step)
    multiply(out.shape[0], depth, panels, a.reshape(-1), at, _ONE, a_step, b.reshape(-1)[b_column:],
             _PANEL, b_step, first, FIRST, first_step, sums, FIRST, step)  # fmt: skip


@compiled
def add_sums(rows: int, dz: np.ndarray, column: int, out: np.ndarray) -> None:
    """out += the sums over `rows` rows of dz, from `column` on; out is a vector."""
    for i in range(rows):
        row = dz[i, column : column + out.size]
        for j in range(out.size):
            out[j] += row[j]
