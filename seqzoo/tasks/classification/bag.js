// The bag of n-grams, as `reader_bag.py` reads it, and its average with the network.

const FORMAT = 1, ORDER = 3, MARK = 6; // of the file; tokens of an n-gram at most; bits of a mark
const LEAST_PROBABILITY = 1e-7; // of the network: its logarithm is finite
const FACTOR = 0x9e3779b97f4a7c15n, WHOLE = (1n << 64n) - 1n;

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let code = byte;
  for (let bit = 0; bit < 8; bit++) code = code & 1 ? (code >>> 1) ^ 0xedb88320 : code >>> 1;
  return code;
});

// UTF-8 as Python's "surrogatepass" writes it: a surrogate without its other half has three bytes of its own.
// `TextEncoder` would make another character of it.
function* bytesOf(text) {
  for (const letter of text) {
    const code = letter.codePointAt(0);
    if (code < 0x80) yield code;
    else if (code < 0x800) yield* [0xc0 | (code >> 6), 0x80 | (code & 63)];
    else if (code < 0x10000) yield* [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)];
    else yield* [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)];
  }
}

// The hash of a token: CRC-32.
export function hash(token) {
  let state = 0xffffffff;
  for (const byte of bytesOf(token)) state = (state >>> 8) ^ CRC[(state ^ byte) & 255];
  return (state ^ 0xffffffff) >>> 0;
}

function mixed(state) {
  const first = ((state ^ (state >> 32n)) * FACTOR) & WHOLE;
  return ((first ^ (first >> 29n)) * FACTOR) & WHOLE;
}

// Bucket and mark of each n-gram as one number, `bits` of it and `MARK`, the single tokens first.
export function keys(tokens, bits) {
  const words = tokens.map((token) => BigInt(hash(token)));
  const shift = BigInt(64 - bits - MARK), found = [];
  let states = words;
  for (let order = 1; order <= ORDER && order <= words.length; order++) {
    const hashes = states.map(mixed);
    for (const each of hashes) found.push(Number(each >> shift));
    states = words.slice(order).map((word, place) => (hashes[place] + word) & WHOLE);
  }
  return found;
}

export class Bag {
  // Of the bytes of `bag.bin`.
  constructor(bytes) {
    const end = bytes.indexOf(10);
    this.head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
    if (this.head.format !== FORMAT || !this.head.average) throw new Error(`bag.bin: expected an average of format ${FORMAT}`);
    const size = 2 ** this.head.bits, rows = this.head.scales.length;
    const body = bytes.slice(end + 1);
    if (body.length !== size * (1 + rows)) throw new Error(`bag.bin: expected ${size * (1 + rows)} bytes; got ${body.length}`);
    this.marks = body.subarray(0, size);
    this.codes = this.head.scales.map((_, row) => new Int8Array(body.buffer, size * (1 + row), size));
  }

  // How much speaks for each class.
  margins(tokens) {
    const buckets = new Set();
    for (const key of keys(tokens, this.head.bits)) {
      const bucket = Math.floor(key / 2 ** MARK);
      if (this.marks[bucket] === key % 2 ** MARK) buckets.add(bucket);
    }
    const found = this.codes.map((codes, row) => {
      let sum = 0;
      for (const bucket of buckets) sum += codes[bucket] ** 3;
      return sum * this.head.scales[row] + this.head.intercepts[row];
    });
    return found.length === 1 ? [0, found[0]] : found;
  }

  // The weighted geometric mean of the network's probabilities and the bag's answer.
  averaged(probabilities, tokens) {
    const [network, bag] = this.head.average;
    const margins = this.margins(tokens);
    const scores = Array.from(probabilities, (share, i) => network * Math.log(Math.max(share, LEAST_PROBABILITY)) + bag * margins[i]);
    const most = Math.max(...scores);
    const shares = scores.map((score) => Math.exp(score - most));
    const sum = shares.reduce((a, b) => a + b);
    return shares.map((share) => share / sum);
  }
}
