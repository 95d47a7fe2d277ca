// A user's words: where they stand in a text, what they make likelier, and long words in parts, as
// seqzoo.tasks.tagging.reader_dictionary has it. Places count code points.

const LEAST = 3; // characters of a word that has parts
const number = (score) => score ?? -Infinity; // null in JSON: what must not be

export class Dictionary {
  // A list of words, or words with their weights, null for none.
  constructor(given) {
    const pairs = Array.isArray(given) ? given.map((word) => [word, null]) : Object.entries(given);
    if (!pairs.length) throw new Error("words: expected words; there are none");
    this.weights = new Map(pairs);
    this.lengths = new Map(); // of the words by their first characters
    for (const [word, weight] of pairs) {
      if (typeof word !== "string" || !word || /\s/u.test(word)) {
        throw new Error(`words: expected words without white space; got ${JSON.stringify(word)}`);
      }
      if (weight !== null && !(weight > 0 && weight < Infinity)) {
        throw new Error(`words: ${word}: expected a weight, a number above 0; got ${JSON.stringify(weight)}`);
      }
      const letters = Array.from(word);
      const lengths = this.lengths.get(letters[0]) ?? [];
      if (!lengths.includes(letters.length)) this.lengths.set(letters[0], [...lengths, letters.length]);
    }
  }

  // Start, end and weight of each place where one of the words stands.
  found(letters) {
    const places = [];
    letters.forEach((first, start) => {
      for (const length of this.lengths.get(first) ?? []) {
        const word = letters.slice(start, start + length);
        const known = word.length === length ? this.weights.get(word.join("")) : undefined;
        if (known !== undefined) places.push([start, start + length, known]);
      }
    });
    return places;
  }
}

// The words of a text, before each of three characters or more the known words within it.
export function expanded(letters, words, known) {
  return words.flatMap(([start, end]) => {
    if (end - start < LEAST) return [[start, end]];
    const inside = new Map();
    for (const each of known) {
      for (const [first, last] of each.found(letters.slice(start, end))) {
        if (last - first < end - start) inside.set(`${first} ${last}`, [start + first, start + last]);
      }
    }
    return [...[...inside.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]), [start, end]];
  });
}

// The tags of the likelier words within a piece: first step, tags by number, what a path gains.
export function bonusesOf(likelier, tags, first, last) {
  return likelier.filter(([start, end]) => first <= start && end <= last).map(([start, end, gain]) => {
    const roles = end - start > 1 ? `B${"M".repeat(end - start - 2)}E` : "S";
    return [start - first, [...roles].map((role) => tags.indexOf(role)), gain];
  });
}

// What a segmenter without a CRF has in its place: all that makes words is alike.
export function wordsAlone(tags) {
  const allow = (is) => (is ? 0 : null);
  const begins = tags.map((tag) => "BS".includes(tag)), ends = tags.map((tag) => "ES".includes(tag));
  return {
    start: begins.map(allow),
    transitions: ends.map((end) => begins.map((begin) => allow(end === begin))),
    end: ends.map(allow),
  };
}

// As `bestPath`, where some runs of tags gain a bonus.
export function bestPathWith(scores, chain, bonuses) {
  const tags = chain.start.map((_, tag) => tag);
  const into = (before, tag) => number(chain.transitions[before][tag]);
  const best = [], entered = []; // for each step and tag: the best score, and the path's last tags
  scores.forEach((row, step) => {
    const ways = tags.map((tag) => {
      const paths = step ? tags.map((before) => best[step - 1][before] + into(before, tag)) : [number(chain.start[tag])];
      return [paths, paths.indexOf(Math.max(...paths))];
    });
    best.push(tags.map((tag) => ways[tag][0][ways[tag][1]] + row[tag]));
    entered.push(tags.map((tag) => (step ? [ways[tag][1], tag] : [tag])));
    for (const [start, run, gain] of bonuses) {
      if (start + run.length - 1 !== step) continue;
      const firsts = start ? tags.map((before) => best[start - 1][before] + into(before, run[0])) : [number(chain.start[run[0]])];
      const top = Math.max(...firsts), last = run.at(-1);
      const own = run.reduce((sum, tag, i) => sum + scores[start + i][tag], 0);
      const inner = run.slice(1).reduce((sum, tag, i) => sum + into(run[i], tag), 0);
      if (top + own + inner + gain > best[step][last]) {
        best[step][last] = top + own + inner + gain;
        entered[step][last] = start ? [firsts.indexOf(top), ...run] : run;
      }
    }
  });
  const whole = tags.map((tag) => best.at(-1)[tag] + number(chain.end[tag]));
  const top = Math.max(...whole);
  if (top === -Infinity) return scores.map(() => 0);
  const walk = [whole.indexOf(top)];
  while (walk.length < scores.length) walk.push(...entered[scores.length - walk.length][walk.at(-1)].slice(0, -1).reverse());
  return walk.reverse();
}
