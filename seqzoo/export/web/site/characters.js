// Text as Python reads it: by code points, with Python's tables, whatever Unicode the browser knows.

const LEADS = 0x1100, VOWELS = 0x1161, TAILS = 0x11a7, SYLLABLES = 0xac00; // of Hangul
const LEAD_COUNT = 19, VOWEL_COUNT = 21, TAIL_COUNT = 28, SYLLABLE_COUNT = LEAD_COUNT * VOWEL_COUNT * TAIL_COUNT;

export const pointsOf = (text) => Array.from(text, (letter) => letter.codePointAt(0));

export class Characters {
  constructor(tables) {
    const byCode = (table, value) => new Map(Object.entries(table).map(([letter, other]) => [letter.codePointAt(0), value(other)]));
    this.decomposed = { NFC: byCode(tables.canonical, pointsOf), NFKC: byCode(tables.compatible, pointsOf) };
    this.lowered = byCode(tables.lower, (other) => other);
    this.composed = new Map(Object.entries(tables.composed).map(([pair, letter]) => [pair, letter.codePointAt(0)]));
    this.orders = new Map();
    for (const [start, end, order] of tables.orders) for (let code = start; code < end; code++) this.orders.set(code, order);
    this.cased = members(tables.cased);
    this.ignorable = members(tables.ignorable);
    this.space = new RegExp(tables.space, "u");
    this.spaces = new RegExp(`${tables.space}+`, "gu");
    this.digits = new RegExp(tables.digit, "gu");
  }

  // A text in a normal form of Unicode, NFC or NFKC.
  normalize(text, form) {
    if (/^[\0-\x7f]*$/.test(text)) return text;
    return this.compose(this.ordered(this.decompose(text, this.decomposed[form]))).map((code) => String.fromCodePoint(code)).join("");
  }

  decompose(text, table) {
    const found = [];
    for (const code of pointsOf(text)) {
      const place = code - SYLLABLES;
      if (place >= 0 && place < SYLLABLE_COUNT) {
        const tail = place % TAIL_COUNT;
        found.push(LEADS + Math.floor(place / (VOWEL_COUNT * TAIL_COUNT)), VOWELS + (Math.floor(place / TAIL_COUNT) % VOWEL_COUNT));
        if (tail) found.push(TAILS + tail);
      } else {
        const other = table.get(code);
        if (other) found.push(...other);
        else found.push(code);
      }
    }
    return found;
  }

  // Marks behind a letter in the order of their classes; equal ones stay as they stand.
  ordered(codes) {
    const order = (code) => this.orders.get(code) ?? 0;
    for (let start = 0; start < codes.length; start++) {
      if (!order(codes[start])) continue;
      let end = start;
      while (end < codes.length && order(codes[end])) end++;
      const marks = codes.slice(start, end).sort((a, b) => order(a) - order(b));
      for (const mark of marks) codes[start++] = mark;
    }
    return codes;
  }

  // Joins each letter with what stands behind it, unless something of the same or a higher class is between.
  compose(codes) {
    const found = [];
    let letter = -1; // its place
    let between = -1; // class of the last mark behind it that was not joined
    for (const code of codes) {
      const order = this.orders.get(code) ?? 0;
      const joined = letter >= 0 && between < order ? this.pair(found[letter], code) : undefined;
      if (joined !== undefined) {
        found[letter] = joined;
        continue;
      }
      if (order === 0) letter = found.length;
      between = order === 0 ? -1 : order;
      found.push(code);
    }
    return found;
  }

  pair(first, second) {
    const vowel = second - VOWELS, lead = first - LEADS;
    if (lead >= 0 && lead < LEAD_COUNT && vowel >= 0 && vowel < VOWEL_COUNT) return SYLLABLES + (lead * VOWEL_COUNT + vowel) * TAIL_COUNT;
    const tail = second - TAILS, syllable = first - SYLLABLES;
    if (syllable >= 0 && syllable < SYLLABLE_COUNT && syllable % TAIL_COUNT === 0 && tail > 0 && tail < TAIL_COUNT) return first + tail;
    return this.composed.get(String.fromCodePoint(first, second));
  }

  // Lower case; a sigma at the end of a word is another letter there.
  lower(text) {
    const codes = pointsOf(text);
    return codes.map((code, place) => {
      if (code === 0x3a3) return this.isFinal(codes, place) ? "\u03c2" : "\u03c3";
      return this.lowered.get(code) ?? String.fromCodePoint(code);
    }).join("");
  }

  isFinal(codes, place) {
    let before = place - 1, behind = place + 1;
    while (before >= 0 && this.ignorable.has(codes[before])) before--;
    while (behind < codes.length && this.ignorable.has(codes[behind])) behind++;
    return before >= 0 && this.cased.has(codes[before]) && !this.cased.has(codes[behind]);
  }
}

const members = (spans) => {
  const found = new Set();
  for (const [start, end] of spans) for (let code = start; code < end; code++) found.add(code);
  return found;
};
