// The best path of a conditional random field, in double precision and in the order of seqzoo.decoding.viterbi.

const number = (score) => score ?? -Infinity; // null in JSON: what must not be

// The place of the largest number, the first of equal ones.
function largest(numbers) {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
  return best;
}

// The tags, by number, of one row; 0 throughout where every path is forbidden.
// `scores`: [steps][tags]; `chain`: `start` [tags], `transitions` [tag][tag behind it], `end` [tags].
export function bestPath(scores, chain) {
  const tags = chain.start.map((_, tag) => tag);
  const into = tags.map((tag) => chain.transitions.map((row) => number(row[tag])));
  let best = tags.map((tag) => number(chain.start[tag]) + scores[0][tag]);
  const before = []; // for each later step the tag before each tag
  for (const row of scores.slice(1)) {
    const pointers = [];
    best = tags.map((tag) => {
      const paths = best.map((score, other) => score + into[tag][other]);
      pointers.push(largest(paths));
      return paths[pointers[tag]] + row[tag];
    });
    before.push(pointers);
  }
  const ends = best.map((score, tag) => score + number(chain.end[tag]));
  if (Math.max(...ends) === -Infinity) return scores.map(() => 0);
  const path = [largest(ends)];
  for (const pointers of before.reverse()) path.push(pointers[path.at(-1)]);
  return path.reverse();
}
