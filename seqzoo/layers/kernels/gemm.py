"""Matrix product in registers: what the loop over time spends nearly all its time on.

The products of a recurrence are small (a batch by a few hundred units), and the libraries at hand
reach half of what the machine can do on them: they pack their operands anew at each call and, on
some CPUs, leave the widest vectors unused. Here weights are packed once for a whole sequence, and
the inner tile, at most `ROWS` by `COLUMNS` sums held in registers (Goto & van de Geijn 2008,
section 4), is written in LLVM's own vectors, so that no compiler has to guess them.
"""

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

_FEATURES = llvmlite.binding.get_host_cpu_features()
_BYTES = 64 if _FEATURES.get("avx512f") else 32 if _FEATURES.get("avx2") else 16
_WIDE = _BYTES == 32  # AVX2 has 16 vector registers, AVX-512 and NEON have 32
ROWS = 6  # rows of a tile
VECTORS = 2 if _WIDE else 4  # vectors in a row of a tile
COLUMNS = VECTORS * _BYTES // 4  # columns of a tile and of a packed panel, whatever the type


def _tile(rows: int, panels: int = 1):
    """The inner tile for a fixed number of rows and panels, as a function for compiled code.

    `out[r, c] = first[r, c] + sum_k a[r, k] * b[k, c]` for `rows` rows and COLUMNS columns of each
    panel. Each array comes with the offset of its first element; rows of `a` are `a_row` elements
    apart, its columns `a_column`, the panels of `b` `b_panel`; rows of `b`, `first` and `out` so many
    as named, their columns one.
    """

    @intrinsic
    def tile(_, a, a_at, a_row, a_column, b, b_at, b_panel, b_row, first, first_at, first_row, out, out_at, out_row, depth):  # fmt: skip
        i = types.intp
        signature = types.void(a, i, i, i, b, i, i, i, first, i, i, out, i, i, i)
        return signature, lambda *args: _emit(rows, panels, *args)

    return tile


def _emit(rows: int, panels: int, context, builder, signature, args):
    """LLVM's code of a tile: load the sums, loop over depth, store them."""
    a, a_at, a_row, a_column, b, b_at, b_panel, b_row, *rest = args
    first, first_at, first_row, out, out_at, out_row, depth = rest
    kind = signature.args[0].dtype
    number, size = context.get_value_type(kind), kind.bitwidth // 8
    lanes = _BYTES // size
    vector, integer = ir.VectorType(number, lanes), ir.IntType(64)
    width = COLUMNS // lanes  # vectors of a panel

    def start(position, array, at):
        data = cgutils.create_struct_proxy(signature.args[position])(context, builder, value=array).data
        return builder.gep(data, [at])

    def apart(base, stride, count):
        return [builder.gep(base, [builder.mul(stride, integer(r))]) for r in range(count)]

    def vectors(base, count):
        cells = [builder.gep(base, [integer(c * lanes)]) for c in range(count)]
        return [builder.bitcast(cell, vector.as_pointer()) for cell in cells]

    def load(pointers):
        return [builder.load(p, align=size) for p in pointers]

    a_rows = apart(start(0, a, a_at), a_row, rows)
    b_panels = apart(start(4, b, b_at), b_panel, panels)
    from_rows = apart(start(8, first, first_at), first_row, rows)
    before = [x for row in from_rows for x in load(vectors(row, panels * width))]
    entry = builder.block
    loop, done = builder.append_basic_block("depth"), builder.append_basic_block("done")
    builder.branch(loop)
    builder.position_at_end(loop)
    k, sums = builder.phi(integer), [builder.phi(vector) for _ in before]
    b_rows = [builder.gep(panel, [builder.mul(k, b_row)]) for panel in b_panels]
    columns = [x for row in b_rows for x in load(vectors(row, width))]
    at = builder.mul(k, a_column)
    after = []
    for r, pointer in enumerate(a_rows):
        spread = _broadcast(builder, builder.load(builder.gep(pointer, [at])), vector)
        after += [_fma(builder, spread, c, s) for c, s in zip(columns, sums[r * len(columns) :], strict=False)]
    following = builder.add(k, integer(1))
    for phi, first_value, next_value in zip([k, *sums], [integer(0), *before], [following, *after], strict=True):
        phi.add_incoming(first_value, entry)
        phi.add_incoming(next_value, loop)
    builder.cbranch(builder.icmp_signed("<", following, depth), loop, done)
    builder.position_at_end(done)
    to_rows = apart(start(11, out, out_at), out_row, rows)
    targets = [p for row in to_rows for p in vectors(row, panels * width)]
    for value, pointer in zip(after, targets, strict=True):
        builder.store(value, pointer, align=size)
    return context.get_dummy_value()


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


_tile_1, _tile_2, _tile_3, _tile_4, _tile_5, _tile_6 = (_tile(rows) for rows in range(1, ROWS + 1))
WIDE = 4  # panels that a single row takes at once: a sum must wait for the one before it
_tile_wide = _tile(1, WIDE)


def padded(columns: int) -> int:
    """The number of columns that a result of `multiply` needs: full tiles."""
    return -(-columns // COLUMNS) * COLUMNS


@njit(nogil=True, cache=True)
def aligned(rows, columns, like):
    """An empty (rows, columns) array of the type of `like` that begins at a multiple of 64 bytes, as wide vectors like it."""
    raw = np.empty(rows * columns + 64 // like.itemsize, like.dtype)
    first = (-raw.ctypes.data % 64) // raw.itemsize
    return raw[first : first + rows * columns].reshape(rows, columns)


@njit(nogil=True, cache=True)
def pack(matrix):
    """(depth, columns), any strides -> (panels, depth, COLUMNS), zeros past the last column."""
    depth, columns = matrix.shape
    panels = (columns + COLUMNS - 1) // COLUMNS
    out = aligned(panels, depth * COLUMNS, matrix).reshape(panels, depth, COLUMNS)
    out[:] = 0
    for panel in range(panels):
        left = panel * COLUMNS
        width = min(COLUMNS, columns - left)
        for k in range(depth):
            for c in range(width):
                out[panel, k, c] = matrix[k, left + c]
    return out


@njit(nogil=True, cache=True)
def multiply(rows, depth, panels, a, a_at, a_row, a_column, b, b_panel, b_row, first, first_at, first_row, out, out_at, out_row):  # fmt: skip
    """`out = first + a @ b`, tile by tile; every full panel of columns is written, `rows` rows.

    Args:
        rows, depth, panels: sizes; depth at least 1.
        a, a_at, a_row, a_column: the left matrix: array, offset of its first element, steps from
            row to row and from column to column; a step of 1 from row to row takes it transposed.
        b, b_panel, b_row: the right matrix: array, steps from panel to panel and from row to row.
        first, first_at, first_row: what the sums start from; a row step of 0 repeats one row.
        out, out_at, out_row: where they go.
    """
    done = 0
    if rows == 1:
        while done + WIDE <= panels:
            at, left = done * b_panel, done * COLUMNS
            _tile_wide(a, a_at, a_row, a_column, b, at, b_panel, b_row, first, first_at + left, first_row, out, out_at + left, out_row, depth)  # fmt: skip
            done += WIDE
    for panel in range(done, panels):
        at = panel * b_panel
        left = panel * COLUMNS
        for r in range(0, rows, ROWS):
            ar, fr, o = a_at + r * a_row, first_at + r * first_row + left, out_at + r * out_row + left
            count = rows - r
            if count >= 6:
                _tile_6(a, ar, a_row, a_column, b, at, b_panel, b_row, first, fr, first_row, out, o, out_row, depth)  # fmt: skip
            elif count == 5:
                _tile_5(a, ar, a_row, a_column, b, at, b_panel, b_row, first, fr, first_row, out, o, out_row, depth)  # fmt: skip
            elif count == 4:
                _tile_4(a, ar, a_row, a_column, b, at, b_panel, b_row, first, fr, first_row, out, o, out_row, depth)  # fmt: skip
            elif count == 3:
                _tile_3(a, ar, a_row, a_column, b, at, b_panel, b_row, first, fr, first_row, out, o, out_row, depth)  # fmt: skip
            elif count == 2:
                _tile_2(a, ar, a_row, a_column, b, at, b_panel, b_row, first, fr, first_row, out, o, out_row, depth)  # fmt: skip
            else:
                _tile_1(a, ar, a_row, a_column, b, at, b_panel, b_row, first, fr, first_row, out, o, out_row, depth)  # fmt: skip
