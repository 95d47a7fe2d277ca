// The best translation by a beam, a step of the decoder at a time; totals in single precision, as in Python.

const PAD = 0, START = 2, END = 3;
const single = Math.fround;

// What log-probabilities of `length` tokens, the end counted, are divided by (Wu et al. 2016, eq. 14).
const divisor = (length, penalty) => single(((5 + length) / 6) ** penalty);

// Row and column of the largest of [row][column], in falling order; the first of equal ones.
function largest(rows, count) {
  const found = [];
  rows.forEach((row, r) => row.forEach((score, column) => {
    if (found.length === count && !(score > found[count - 1].score)) return;
    let place = found.length;
    while (place > 0 && score > found[place - 1].score) place--;
    found.splice(place, 0, { score, row: r, column });
    if (found.length > count) found.pop();
  }));
  return found;
}

// Chosen rows of an array (rows, ...), as a new one.
function rowsOf({ type, data, dims }, chosen) {
  const size = dims.slice(1).reduce((product, each) => product * each, 1);
  const taken = new data.constructor(chosen.length * size);
  chosen.forEach((row, i) => taken.set(data.subarray(row * size, (row + 1) * size), i * size));
  return { type, data: taken, dims: [chosen.length, ...dims.slice(1)] };
}

// The total score of each continuation of each beginning.
function totalsOf(alive, { data, dims: [, count] }, limited) {
  return alive.map(({ score }, row) => {
    const totals = data.slice(row * count, (row + 1) * count);
    totals.forEach((share, id) => {
      const banned = limited ? id !== END : id === PAD || id === START;
      totals[id] = banned ? -Infinity : single(score + share);
    });
    return totals;
  });
}

// Beginnings that go on, and those that end; the latter count only among the first `size`.
function expanded(alive, totals, alignments, size, share) {
  const going = [], ending = [];
  largest(totals, 2 * size).forEach(({ score, row, column: id }, rank) => {
    const { ids, looks: before } = alive[row];
    const looks = alignments ? [...before, alignments[row]] : before;
    if (id !== END) going.push({ score, ids: [...ids, id], looks, row });
    else if (rank < size && score > -Infinity) ending.push({ score: single(score / share), total: score, ids, looks });
  });
  return [going.slice(0, size), ending];
}

// `run(name, inputs)` runs a network; gives `score`, `total`, `ids` without the end, and `looks`, what each id attended to.
export async function search(run, source, { beam_size: size, length_penalty: penalty, length_ratio: ratio }) {
  const limit = Math.floor(2 * ratio * source.length) + 10;
  const first = new Array(size).fill(0);
  const encoded = Object.entries(await run("encoder", { source }));
  let state = Object.fromEntries(encoded.map(([name, array]) => [name, rowsOf(array, first)]));
  // All rows are alike at first: but for one they get no share.
  let alive = first.map((_, row) => ({ score: row ? -Infinity : 0, ids: [], looks: [], row }));
  let ended = [];
  for (let t = 0; t <= limit; t++) {
    const last = Int32Array.from(alive, ({ ids }) => ids.at(-1) ?? START);
    const outputs = await run("step", { token: { type: "int32", data: last, dims: [size, 1] }, ...state });
    const totals = totalsOf(alive, outputs.log_probs, t === limit);
    const looks = outputs.alignments && alive.map((_, row) => [...rowsOf(outputs.alignments, [row]).data]);
    const [going, ending] = expanded(alive, totals, looks, size, divisor(t + 1, penalty));
    ended = [...ended, ...ending].sort((a, b) => b.score - a.score).slice(0, size);
    alive = going;
    if (isOver(alive, ended, size, divisor(t + 1, penalty), divisor(limit + 1, penalty))) break;
    const rows = alive.map(({ row }) => row);
    // What the step does not change is alike in all rows.
    state = Object.fromEntries(Object.entries(state).map(([name, array]) => {
      const next = outputs[`next_${name}`];
      return [name, next ? rowsOf(next, rows) : array];
    }));
  }
  return ended[0];
}

// Whether no beginning can still get among the ended ones: the best must beat the worst of these now, or the best at full length.
function isOver(alive, ended, size, now, atMost) {
  const worst = ended.length === size ? ended.at(-1).score : -Infinity;
  const best = alive[0].score;
  if (single(best / now) <= worst) return true;
  return ended.length > 0 && single(best / atMost) <= ended[0].score;
}
