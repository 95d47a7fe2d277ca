// From a text to its words, or to the names in it. Places are JavaScript's own until an answer is told.
import { bestPath } from "./chain.js";
import { repaired, spansOf } from "./schemes.js";

const UNKNOWN = 1, BEGINNING = 2, FIRST_TOKEN = 4, FIRST_PAIR = 2;
const SPACE = "\u2581"; // white space that a file had as a token
const MOST_REMEMBERED = 1000; // pieces whose tags are kept, so that typing costs the last one alone

const all = (source) => new RegExp(source, "gu");
const points = (text) => Array.from(text).length;

export class Reader {
  constructor({ values, patterns, characters, lines, run }) {
    this.values = values;
    this.characters = characters;
    this.run = run;
    this.patterns = Object.fromEntries(Object.entries(patterns).map(([name, source]) => [name, all(source)]));
    this.stops = new Set(values.sentence_end);
    this.staying = new Set(values.stays_with);
    this.pauses = new Set(values.pause);
    const tokens = lines("vocabulary.txt");
    this.ids = new Map(tokens.map((token, id) => [token, id]));
    this.pairs = null;
    if (values.pairs) this.pairs = new Map(lines("bigrams.txt").map((pair, id) => [pair, id + FIRST_PAIR]));
    this.names = tokens;
    this.remembered = new Map();
  }

  // `text`, and `words` or `entities`.
  async answer(text) {
    const tagged = [];
    for (const { tokens, starts } of this.sequences(text)) tagged.push({ tokens, starts, tags: await this.tags(tokens) });
    if (this.values.answer === "words") return { text, words: this.cut(text, tagged) };
    return { text, entities: entitiesOf(text, tagged) };
  }

  // The sequences of a text: tokens, and where each starts.
  sequences(text) {
    if (this.values.unit === "word") {
      const words = [...text.matchAll(this.patterns.word)];
      return words.length ? [{ tokens: words.map((word) => word[0]), starts: words.map((word) => word.index) }] : [];
    }
    return [...text.matchAll(this.patterns.run)].map((found) => {
      const tokens = Array.from(found[0]);
      let place = found.index;
      const starts = tokens.map((token) => (place += token.length) - token.length);
      return { tokens, starts };
    });
  }

  async tags(tokens) {
    const found = [];
    for (const [start, end] of this.pieces(tokens)) found.push(...await this.tagsOf(tokens.slice(start, end)));
    return found;
  }

  // Start and end of each piece of a sequence: cut behind sentences, longer ones at their last pause, or anywhere.
  pieces(tokens) {
    const cuts = [];
    let start = 0;
    for (let place = 0; place < tokens.length; place++) {
      if (!this.stops.has(tokens[place])) continue;
      let stop = place + 1;
      while (stop < tokens.length && this.staying.has(tokens[stop])) stop++;
      if (stop > start) {
        cuts.push(...this.shorter(tokens, start, stop));
        start = stop;
      }
    }
    return [...cuts, ...this.shorter(tokens, start, tokens.length)];
  }

  shorter(tokens, start, stop) {
    const most = this.values.max_length;
    const cuts = [];
    while (stop - start > most) {
      let cut = start + most;
      while (cut > start + Math.floor(most / 2) && !this.pauses.has(tokens[cut - 1])) cut--;
      if (cut === start + Math.floor(most / 2)) cut = start + most; // no pause
      cuts.push([start, cut]);
      start = cut;
    }
    if (start < stop) cuts.push([start, stop]);
    return cuts;
  }

  async tagsOf(piece) {
    const key = piece.join("\n"); // no token has a line break
    const known = this.remembered.get(key);
    if (known) return known;
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    const tags = await this.compute(piece);
    this.remembered.set(key, tags);
    return tags;
  }

  async compute(piece) {
    const scores = Object.values(await this.run("model", this.inputs(piece)))[0];
    const [, steps, count] = scores.dims; // (1, steps, tags)
    const rows = Array.from({ length: steps }, (_, t) => [...scores.data.subarray(t * count, (t + 1) * count)]);
    const { chain, tags, scheme } = this.values;
    if (chain) return bestPath(rows, chain).map((id) => tags[id]);
    return repaired(rows.map((row) => tags[row.indexOf(Math.max(...row))]), scheme);
  }

  // Ids of the tokens, and of each with the one before it, by the network's inputs.
  inputs(piece) {
    const tokens = piece.map((token) => {
      const id = this.ids.get(this.normalize(token)) ?? UNKNOWN;
      return id < FIRST_TOKEN ? UNKNOWN : id; // "<pad>" in a text is no padding
    });
    if (!this.pairs) return { tokens };
    const bigrams = tokens.map((id, place) => {
      const before = place ? tokens[place - 1] : BEGINNING;
      return this.pairs.get(`${this.names[before]} ${this.names[id]}`) ?? UNKNOWN;
    });
    return { tokens, bigrams };
  }

  // A token as the vocabulary has it.
  normalize(token) {
    const folded = this.characters.normalize(token, "NFKC");
    if (this.values.unit === "word") {
      return folded.replace(this.characters.spaces, "").replace(this.characters.digits, "0") || SPACE;
    }
    const letter = points(folded) === 1 ? folded : token;
    if (this.characters.space.test(letter)) return SPACE;
    if (/^[0-9]$/.test(letter)) return "0";
    return /^[A-Za-z]$/.test(letter) ? "a" : letter;
  }

  // The text cut where words start and around white space, but not inside what is never cut.
  cut(text, tagged) {
    const places = new Set([0, text.length]);
    for (const { starts, tags } of tagged) tags.forEach((tag, i) => "BS".includes(tag) && places.add(starts[i]));
    for (const { index, 0: space } of text.matchAll(this.patterns.spaces)) places.add(index).add(index + space.length);
    for (const { index, 0: whole } of text.matchAll(this.patterns.whole)) {
      for (let place = index + 1; place < index + whole.length; place++) places.delete(place);
    }
    const cuts = [...places].sort((a, b) => a - b);
    return cuts.slice(1).map((end, i) => text.slice(cuts[i], end));
  }
}

// The entities of a text; their places count code points.
function entitiesOf(text, tagged) {
  return tagged.flatMap(({ tokens, starts, tags }) => spansOf(tags).map(([first, stop, label]) => {
    const start = starts[first], end = starts[stop - 1] + tokens[stop - 1].length;
    const before = points(text.slice(0, start));
    const named = text.slice(start, end);
    return { start: before, end: before + points(named), label, text: named };
  }));
}
