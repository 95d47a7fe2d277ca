// From a text to its words, or to the names in it. Places count code points.
import { bestPath } from "./chain.js";
import { Dictionary, bestPathWith, bonusesOf, expanded, wordsAlone } from "./dictionary.js";
import { CUT, JOIN, Marks, continued, forbid } from "./marks.js";
import { repaired, spansOf } from "./schemes.js";

const UNKNOWN = 1, BEGINNING = 2, FIRST_TOKEN = 4, FIRST_PAIR = 2;
const SPACE = "\u2581"; // white space that a file had as a token
const MOST_REMEMBERED = 1000; // pieces whose tags are kept, so that typing costs the last one alone

const CLOSED = ["BMES", "BIOES"]; // schemes whose tags tell where a span ends
const all = (source) => new RegExp(source, "gu");
const points = (text) => Array.from(text).length;

export class Reader {
  static OPTIONS = ["words", "mode"];

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
    this.marks = new Marks(values.rules, patterns);
    this.remembered = new Map();
    this.lexicon = values.lexicon ? new Dictionary(lines(values.lexicon)) : null;
  }

  // `text`, and `words` with their `offsets`, or `entities`. Of a segmenter `words` are a user's, a list, or an
  // object of words and weights, null for none; and the mode `search` gives long words in parts, too.
  async answer(text, { words: given = null, mode = "words" } = {}) {
    const letters = Array.from(text);
    const words = this.values.answer === "words";
    const dictionary = this.dictionary(given, mode);
    const found = words ? this.marks.ofWords(letters, dictionary) : { marks: this.marks.ofEntities(letters), likelier: [] };
    const { marks, likelier } = found;
    const tagged = [];
    for (const { tokens, starts } of this.sequences(text)) {
      const own = starts.map((start) => marks[start]);
      tagged.push({ tokens, starts, tags: await this.tags(tokens, own, starts[0], likelier) });
    }
    if (!words) return { text, entities: entitiesOf(letters, tagged) };
    let offsets = cut(letters, marks, tagged);
    if (mode === "search") offsets = expanded(letters, offsets, [this.lexicon, dictionary].filter(Boolean));
    return { text, words: offsets.map(([start, end]) => letters.slice(start, end).join("")), offsets };
  }

  // A user's words, if there are such; what is asked for in vain is an error.
  dictionary(given, mode) {
    if (!["words", "search"].includes(mode)) throw new Error(`mode: expected words or search; got ${JSON.stringify(mode)}`);
    if (this.values.answer !== "words" && (given !== null || mode !== "words")) {
      throw new Error("words, mode: they are for segmenters; this model finds entities");
    }
    if (mode === "search" && !this.lexicon) throw new Error("mode search: expected a model with words.txt; train it anew");
    return given === null || given instanceof Dictionary ? given : new Dictionary(given);
  }

  // The sequences of a text: tokens, and where each starts, in code points.
  sequences(text) {
    const points = placesOf(text);
    if (this.values.unit === "word") {
      const words = [...text.matchAll(this.patterns.word)];
      return words.length ? [{ tokens: words.map((word) => word[0]), starts: words.map((word) => points[word.index]) }] : [];
    }
    return [...text.matchAll(this.patterns.run)].map((found) => {
      const tokens = Array.from(found[0]);
      const first = points[found.index];
      return { tokens, starts: tokens.map((_, place) => first + place) };
    });
  }

  // The tags of a sequence that begins at a place of its text.
  async tags(tokens, marks, first, likelier) {
    const found = [];
    for (const [start, end] of this.pieces(tokens)) {
      const bonuses = likelier.length ? bonusesOf(likelier, this.values.tags, first + start, first + end) : [];
      found.push(...await this.tagsOf(tokens.slice(start, end), marks.slice(start, end), bonuses));
    }
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

  async tagsOf(piece, marks, bonuses) {
    const key = `${piece.join("\n")}\n${marks.join("")}${JSON.stringify(bonuses)}`; // no token has a line break
    const known = this.remembered.get(key);
    if (known) return known;
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    const tags = await this.compute(piece, marks, bonuses);
    this.remembered.set(key, tags);
    return tags;
  }

  async compute(piece, marks, bonuses) {
    const scores = Object.values(await this.run("model", this.inputs(piece)))[0];
    const [, steps, count] = scores.dims; // (1, steps, tags)
    const { chain, tags, scheme } = this.values;
    let rows = Array.from({ length: steps }, (_, t) => [...scores.data.subarray(t * count, (t + 1) * count)]);
    if (marks.some(Boolean)) rows = forbid(rows, marks, tags, scheme);
    const best = this.best(rows, chain, bonuses);
    const named = best.map((id) => tags[id]);
    const whole = chain && CLOSED.includes(scheme) ? named : continued(named, marks, scheme);
    return chain ? whole : repaired(whole, scheme);
  }

  // The best tags, by number, of scores [steps][tags]; without a chain they are probabilities.
  best(rows, chain, bonuses) {
    if (!bonuses.length) return chain ? bestPath(rows, chain) : rows.map((row) => row.indexOf(Math.max(...row)));
    if (chain) return bestPathWith(rows, chain, bonuses);
    const logs = rows.map((row) => row.map((share) => Math.log(Math.max(share, 0))));
    return bestPathWith(logs, wordsAlone(this.values.tags), bonuses);
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
}

// Start and end of the words of a text where they start by their tags, where it must be cut, but not where it must not.
function cut(letters, marks, tagged) {
  const places = new Set([0, letters.length]);
  for (const { starts, tags } of tagged) tags.forEach((tag, i) => "BS".includes(tag) && places.add(starts[i]));
  marks.forEach((mark, place) => {
    if (mark === CUT) places.add(place);
    if (mark === JOIN) places.delete(place);
  });
  const cuts = [...places].sort((a, b) => a - b);
  return cuts.slice(1).map((end, i) => [cuts[i], end]);
}

// The entities of a text.
function entitiesOf(letters, tagged) {
  return tagged.flatMap(({ tokens, starts, tags }) => spansOf(tags).map(([first, stop, label]) => {
    const start = starts[first], end = starts[stop - 1] + points(tokens[stop - 1]);
    return { start, end, label, text: letters.slice(start, end).join("") };
  }));
}

// The number of code points before each of JavaScript's own places.
function placesOf(text) {
  const found = new Array(text.length);
  let place = 0, count = 0;
  for (const letter of text) {
    found[place] = count++;
    place += letter.length;
  }
  return found;
}
