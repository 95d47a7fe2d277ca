"""Matrix product in registers: what the loop over time spends nearly all its time on.

The products of a recurrence are small (a batch by a few hundred units), and the libraries at hand
reach half of what the machine can do on them: they pack their operands anew at each call and, on
some CPUs, leave the widest vectors unused. Here weights are packed once for a whole sequence, and
the inner tile, at most `ROWS` by `COLUMNS` sums held in registers (Goto & van de Geijn 2008,
section 4), is written in LLVM's own vectors (`tile`), so that no compiler has to guess them.
"""

from typing import Any

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.memory import empty
from seqzoo.layers.kernels.records import Matrix
from seqzoo.layers.kernels.tile import COLUMNS, ROWS, tile_of

# Plain numbers would make a variant of each function for each of them.
FIRST: Any = np.int64(0)
_ONE: Any = np.int64(1)
_PANEL: Any = np.int64(COLUMNS)
_TILE: Any = np.int64(ROWS)

# Rows of which a product of two stored matrices copies the right one, and columns from which on it copies the
# left one, too: rows a power of two apart would push each other out of the cache.
FEW_ROWS, MANY_COLUMNS = 96, 768
WIDE = 4  # panels that a single row takes at once: a sum must wait for the one before it
_rows_tile = tile_of([(rows, 1) for rows in range(1, ROWS + 1)])
_wide_tile = tile_of([(1, WIDE)])


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
    if out.shape[0] < FEW_ROWS:
        _add_from_places(depth, a, a_row, a_column, b, b_column, out, zeros)
        return
    rows, step = out.shape
    packs_left = step >= MANY_COLUMNS
    left = aligned((rows + ROWS - 1) // ROWS * depth if packs_left else FIRST, ROWS, a)
    if packs_left:
        _fill_left(depth, a, a_row, a_column, rows, left)
    right = aligned(depth, COLUMNS, b)
    lefts, rights, sums = left.reshape(-1), right.reshape(-1), out.reshape(-1)
    first, first_step = (zeros, FIRST) if zeros.size else (sums, step)
    for column in range(0, step, COLUMNS):
        _fill_panel(depth, b, b_column + column, right)
        if not packs_left:
            multiply(rows, depth, _ONE, a.reshape(-1), a_row * a.shape[1] + a_column, _ONE, a.shape[1],
                     rights, _PANEL, _PANEL, first, column, first_step, sums, column, step)  # fmt: skip
            continue
        for r in range(0, rows, ROWS):
            multiply(min(ROWS, rows - r), depth, _ONE, lefts, r * depth, _ONE, _TILE, rights, _PANEL, _PANEL,
                     first, column + r * first_step, first_step, sums, column + r * step, step)  # fmt: skip


@compiled
def _add_from_places(
    depth: int,
    a: np.ndarray,
    a_row: int,
    a_column: int,
    b: np.ndarray,
    b_column: int,
    out: np.ndarray,
    zeros: np.ndarray,
) -> None:
    """`add_transposed` that copies nothing: the quicker way for few rows of `out`."""
    a_step, b_step, step = a.shape[1], b.shape[1], out.shape[1]
    at, panels = a_row * a_step + a_column, step // COLUMNS
    sums = out.reshape(-1)
    first, first_step = (zeros, FIRST) if zeros.size else (sums, step)
    multiply(out.shape[0], depth, panels, a.reshape(-1), at, _ONE, a_step, b.reshape(-1)[b_column:],
             _PANEL, b_step, first, FIRST, first_step, sums, FIRST, step)  # fmt: skip


@compiled
def _fill_panel(depth: int, b: np.ndarray, b_column: int, panel: np.ndarray) -> None:
    """Copy `depth` rows of b's columns from `b_column` on: (depth, COLUMNS)."""
    for k in range(depth):
        for c in range(COLUMNS):
            panel[k, c] = b[k, b_column + c]


@compiled
def _fill_left(
    depth: int, a: np.ndarray, a_row: int, a_column: int, rows: int, left: np.ndarray
) -> None:
    """Copy a's columns from `a_column` on, `ROWS` of them side by side: (tiles * depth, ROWS)."""
    whole = rows // ROWS
    for k in range(depth):
        row = a[a_row + k, a_column : a_column + rows]
        for tile in range(whole):
            to = left[tile * depth + k]
            for r in range(ROWS):
                to[r] = row[tile * ROWS + r]
        for r in range(whole * ROWS, rows):
            left[whole * depth + k, r - whole * ROWS] = row[r]


@compiled
def add_sums(rows: int, dz: np.ndarray, column: int, out: np.ndarray) -> None:
    """out += the sums over `rows` rows of dz, from `column` on; out is a vector."""
    for i in range(rows):
        row = dz[i, column : column + out.size]
        for j in range(out.size):
            out[j] += row[j]
