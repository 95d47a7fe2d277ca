// From a text to token ids, as seqzoo's tokenizer and vocabulary do it.

export const UNKNOWN = 1;

export class Texts {
  constructor({ values, patterns, characters, lines }) {
    this.values = values;
    this.characters = characters;
    this.lineBreak = new RegExp(patterns.line_break, "gu");
    this.word = new RegExp(patterns.word, "gu");
    this.ids = new Map(lines("vocabulary.txt").map((token, id) => [token, id]));
  }

  tokens(text) {
    let read = this.characters.normalize(text.replace(this.lineBreak, " "), "NFKC");
    if (this.values.lowercase) read = this.characters.lower(read);
    if (this.values.unit === "word") return read.match(this.word) ?? [];
    return Array.from(read).filter((letter) => !this.characters.space.test(letter));
  }

  // The ids of a text; of one that is too long the first third and the last two thirds of the most there may be.
  encode(text) {
    const ids = this.tokens(text).map((token) => this.ids.get(token) ?? UNKNOWN);
    if (!ids.length) throw new Error(`the text is ${text ? "blank" : "empty"}`);
    if (ids.every((id) => id === UNKNOWN)) throw new Error(`none of the ${ids.length} tokens is known to the model`);
    const most = this.values.max_length;
    if (ids.length <= most) return ids;
    const head = Math.floor(most / 3);
    return [...ids.slice(0, head), ...ids.slice(ids.length - (most - head))];
  }
}
