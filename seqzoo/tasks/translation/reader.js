// From a text to its translation, and what each piece of it attended to.
import { search } from "./beam.js";
import { END, joined, MARK, SPACE, Subwords, UNKNOWN } from "./subwords.js";

const rounded = (share) => Math.round(share * 1e4) / 1e4;

export class Reader {
  constructor({ values, characters, run }) {
    this.values = values;
    this.characters = characters;
    this.run = run;
    this.source = new Subwords(values.source, characters, values.form);
  }

  // `text`, `translation`, `log_prob` and `score`; with attention also pieces and `alignments`.
  async answer(text) {
    const pieces = this.encode(text);
    const ids = [...pieces.map(({ id }) => id), END];
    if (this.values.reverse) ids.unshift(...ids.splice(0, ids.length - 1).reverse());
    const { score, total, ids: found, looks } = await search(this.run, ids, this.values);
    const ordered = looks.map((look) => (this.values.reverse ? [...look.slice(0, -1).reverse(), look.at(-1)] : look));
    const translation = this.decode(found, ordered, pieces);
    const answer = { text, translation, log_prob: total, score };
    return ordered.length ? { ...answer, ...this.attention(pieces, found, ordered) } : answer;
  }

  // The source's pieces with their ids.
  encode(text) {
    const pieces = this.source.encode(text);
    if (!text.replace(this.characters.spaces, "")) throw new Error(`the text is ${text ? "blank" : "empty"}`);
    const count = pieces.length + 1; // with its end
    const { longest } = this.values;
    const number = (each) => each.toLocaleString("en-US");
    if (count > longest) throw new Error(`${number(count)} tokens; at most ${number(longest)} expected: a sentence each`);
    if (pieces.every(({ id, piece }) => id === UNKNOWN || piece === SPACE)) throw new Error("none of its characters is known to the model");
    return pieces;
  }

  // Plain text; for an unknown piece stands the source's that it attended to most.
  decode(ids, looks, source) {
    const bare = source.map(({ piece }) => piece.replaceAll(SPACE, "").replaceAll(MARK, ""));
    const pieces = ids.map((id, place) => {
      if (id !== UNKNOWN) return this.values.target[id];
      if (!looks.length) return "";
      const look = looks[place].slice(0, bare.length);
      return bare[look.indexOf(Math.max(...look))];
    });
    return joined(pieces, this.characters);
  }

  attention(source, ids, looks) {
    return {
      source_pieces: [...source.map(({ id }) => this.source.names[id]), "</s>"],
      target_pieces: [...ids.map((id) => this.values.target[id]), "</s>"],
      alignments: looks.map((look) => look.map(rounded)),
    };
  }
}
