// Text to pieces of a unigram model, as sentencepiece cuts it: the likeliest pieces, in single precision.

export const UNKNOWN = 1, END = 3;
export const SPACE = "\u2581"; // a space before a piece
export const MARK = "\uffed"; // where there was no space beside punctuation, in models of words
const SPECIAL = 4; // ids before those of pieces
const PENALTY = 10; // by which an unknown character is less likely than the rarest piece

const single = Math.fround;

export class Subwords {
  // `scored`: [piece, score] by id; `form`: of Unicode, in which texts are read.
  constructor(scored, characters, form) {
    this.characters = characters;
    this.form = form;
    this.names = scored.map(([piece]) => piece);
    const pieces = scored.map(([piece, score], id) => [piece, { id, score: single(score) }]).slice(SPECIAL);
    this.pieces = new Map(pieces);
    this.longest = Math.max(...pieces.map(([piece]) => Array.from(piece).length));
    const least = pieces.reduce((score, [, piece]) => Math.min(score, piece.score), Infinity);
    this.unknown = single(least - PENALTY);
  }

  // The characters that are cut: one space between words and one before the text.
  letters(text) {
    const words = this.characters.normalize(text, this.form).split(this.characters.spaces).filter(Boolean);
    if (!words.length) return [];
    const letters = Array.from(SPACE + words.join(SPACE));
    while (letters.at(-1) === SPACE) letters.pop(); // the text may have had the sign itself
    return letters;
  }

  // Pieces with their ids; unknown characters that stand together are one piece.
  encode(text) {
    const letters = this.letters(text);
    const best = [{ score: 0, start: 0, id: UNKNOWN }, ...letters.map(() => null)]; // by where it ends
    for (let start = 0; start < letters.length; start++) this.extend(letters, best, start);
    const found = [];
    for (let end = letters.length; end > 0; end = best[end].start) {
      const { id, start } = best[end];
      const piece = letters.slice(start, end).join("");
      if (id === UNKNOWN && found[0]?.id === UNKNOWN) found[0].piece = piece + found[0].piece;
      else found.unshift({ id, piece });
    }
    return found;
  }

  // Every piece that starts at a place, behind the best pieces before.
  extend(letters, best, start) {
    let alone = false; // whether the first letter is a piece
    const better = (end, id, score) => {
      const sum = single(score + best[start].score);
      if (best[end] === null || sum > best[end].score) best[end] = { score: sum, start, id };
    };
    let piece = "";
    for (let end = start + 1; end <= Math.min(letters.length, start + this.longest); end++) {
      piece += letters[end - 1];
      const known = this.pieces.get(piece);
      if (!known) continue;
      better(end, known.id, known.score);
      alone ||= end === start + 1;
    }
    if (!alone) better(start + 1, UNKNOWN, this.unknown);
  }
}

// Plain text of pieces.
export function joined(pieces, characters) {
  let text = pieces.join("").replaceAll(SPACE, " ");
  for (const mark of [` ${MARK}`, `${MARK} `, MARK]) text = text.replaceAll(mark, "");
  return text.split(characters.spaces).filter(Boolean).join(" ");
}
