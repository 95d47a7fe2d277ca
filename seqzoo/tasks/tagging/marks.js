// What may be cut in a text: a mark for the place before each character, as seqzoo.tasks.tagging.rules has it.
// Places count code points.

export const FREE = 0, CUT = 1, JOIN = 2, OUTSIDE = 3;
const INSIDE = { BMES: "M", BIOES: "I", BIO: "I" };
const GOING = { BMES: "ME", BIOES: "IE", BIO: "I" };
const ENDING = { BMES: "ES", BIOES: "ES", BIO: "" };

const all = (source) => new RegExp(source, "gu");
const at = (source) => new RegExp(source, "yu");
// Letters and digits of any width and case as small ones of ASCII.
const narrow = (letter) => {
  const wide = letter.codePointAt(0) - 0xfee0;
  const found = wide > 0x20 && wide < 0x7f ? String.fromCodePoint(wide) : letter;
  return /^[A-Za-z0-9]$/.test(found) ? found.toLowerCase() : letter;
};

function fill(marks, start, end, mark) {
  for (let place = start; place < end; place++) marks[place] = mark;
}

export class Marks {
  constructor({ kinds, other, words, before, behind }, patterns) {
    this.other = other;
    this.ranges = Object.entries(kinds).flatMap(([sign, runs]) => runs.map(([first, last]) => ({ first, last, sign })));
    this.ranges.sort((a, b) => a.first - b.first);
    this.signs = new Map(); // of characters that were asked for
    this.words = new Set(words);
    [this.before, this.behind] = [before, behind];
    this.rules = all(patterns.rules);
    this.units = at(patterns.units);
    this.letters = new RegExp(patterns.letters, "u");
    this.parted = at(patterns.parted);
  }

  // What stands for a character, by the last range that begins no later.
  sign(letter) {
    if (!this.signs.has(letter)) {
      const code = letter.codePointAt(0);
      let low = 0, high = this.ranges.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.ranges[middle].first <= code) low = middle + 1;
        else high = middle;
      }
      const range = this.ranges[low - 1];
      this.signs.set(letter, range && code <= range.last ? range.sign : this.other);
    }
    return this.signs.get(letter);
  }

  simplified(letters) {
    return letters.map((letter) => this.sign(letter)).join("");
  }

  isParted(simple, place) {
    if (place < 0) return false;
    this.parted.lastIndex = place;
    return this.parted.test(simple);
  }

  // The marks of the characters of a text that is cut into words, and of its end; and by a user's words, a
  // `Dictionary` or null, what is likelier: start and end of words, and what a path gains that has them.
  ofWords(letters, dictionary = null) {
    const simple = this.simplified(letters);
    const marks = new Array(letters.length + 1).fill(FREE);
    const given = dictionary ? dictionary.found(letters) : [];
    const known = given.filter(([, , weight]) => weight === null).map(([start, end]) => [start, end]);
    for (const match of simple.matchAll(this.rules)) {
      const start = match.index, end = start + match[0].length;
      const lettered = match[2] !== undefined && this.letters.test(match[0]);
      if (match[1] !== undefined) marks[start] = marks[end] = CUT;
      if (lettered && this.isParted(simple, start - 1)) marks[start] = CUT;
      if (lettered && this.isParted(simple, end)) marks[end] = CUT;
      fill(marks, start + 1, end, JOIN);
      if (lettered) known.push(...this.wordsAt(letters, start, end));
    }
    const taken = keep(marks, known);
    const likelier = favour(marks, taken, given.filter(([, , weight]) => weight !== null));
    const isSpace = [...simple].map((sign) => sign === " ");
    for (let place = 0; place <= letters.length; place++) {
      if (Boolean(isSpace[place]) !== Boolean(isSpace[place - 1])) marks[place] = CUT;
    }
    return { marks, likelier };
  }

  // Start and end of the words around some letters.
  wordsAt(letters, start, end) {
    const first = Math.max(start - this.before, 0);
    const around = letters.slice(first, end + this.behind).map(narrow);
    const found = [];
    for (let low = 0; low <= start - first; low++) {
      for (let high = end - first; high <= around.length; high++) {
        if (this.words.has(around.slice(low, high).join(""))) found.push([first + low, first + high]);
      }
    }
    return found;
  }

  // The marks of the characters of a text in which entities are sought.
  ofEntities(letters) {
    const simple = this.simplified(letters);
    const marks = new Array(letters.length).fill(FREE);
    for (const match of simple.matchAll(this.rules)) {
      let place = match.index;
      const end = place + match[0].length;
      while (place < end) {
        this.units.lastIndex = place;
        const unit = this.units.exec(simple.slice(0, end));
        if (!unit) {
          place++;
          continue;
        }
        const stop = place + unit[0].length;
        fill(marks, place + 1, stop, JOIN);
        if (unit[1] !== undefined) fill(marks, place, stop, OUTSIDE);
        place = stop;
      }
    }
    return marks;
  }
}

// Mark words as whole, the longest first; one that would cut what is whole is left out. Gives their places.
function keep(marks, spans) {
  const ends = marks.map((mark) => mark !== JOIN);
  const taken = new Set();
  const length = ([start, end]) => end - start;
  for (const [start, end] of [...spans].sort((a, b) => length(b) - length(a) || a[0] - b[0])) {
    const places = Array.from({ length: end - start }, (_, i) => start + i);
    if (!ends[start] || !ends[end] || places.some((place) => taken.has(place))) continue;
    places.forEach((place) => taken.add(place));
    marks[start] = marks[end] = CUT;
    fill(marks, start + 1, end, JOIN);
  }
  return taken;
}

// The words that become likelier; where a rule would cut them, in place of it the network decides.
function favour(marks, taken, words) {
  const ends = marks.map((mark) => mark !== JOIN);
  const found = [];
  for (const [start, end, weight] of words) {
    const places = Array.from({ length: end - start }, (_, i) => start + i);
    if (!ends[start] || !ends[end] || places.some((place) => taken.has(place))) continue;
    for (const place of places.slice(1)) if (marks[place] === CUT) marks[place] = FREE;
    found.push([start, end, Math.log1p(weight)]); // the odds of what has the word are multiplied by 1 + weight
  }
  return found;
}

// Take from a piece's scores [steps][tags] what its marks forbid; it begins and ends freely.
export function forbid(scores, marks, tags, scheme) {
  const own = marks.map((mark, place) => (place || mark === OUTSIDE ? mark : FREE));
  const going = GOING[scheme], ending = ENDING[scheme];
  return scores.map((row, place) => row.map((score, tag) => {
    const role = tags[tag][0], mark = own[place], after = own[place + 1] ?? FREE;
    const wrong = (mark === CUT && going.includes(role)) || (mark === JOIN && "BS".includes(role))
      || (mark === OUTSIDE && role !== "O") || (after === CUT && ending && !`${ending}O`.includes(role))
      || (after === JOIN && ending.includes(role));
    return wrong ? -Infinity : score;
  }));
}

// Tags in which a token before which no border may stand has the label of the one before it.
export function continued(tags, marks, scheme) {
  const inner = (tag) => (tag === "O" ? tag : INSIDE[scheme] + tag.slice(1));
  const found = tags.slice(0, 1);
  for (let place = 1; place < tags.length; place++) {
    const expected = inner(found[place - 1]);
    found.push(marks[place] === JOIN && inner(tags[place]) !== expected ? expected : tags[place]);
  }
  return found;
}
