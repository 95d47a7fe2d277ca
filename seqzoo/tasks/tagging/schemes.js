// Tags and spans in BMES, BIOES and BIO, as seqzoo.text.schemes has them. A span is [start, end, label].

const ROLES = { BMES: "BMES", BIOES: "BIES", BIO: "BIIB" }; // begin, inside, end, single
const OUTSIDE = "O";

function split(tag) {
  const hyphen = tag.indexOf("-");
  return hyphen < 0 ? [tag, ""] : [tag.slice(0, hyphen), tag.slice(hyphen + 1)];
}

// The spans that tags mean, in order; no token's tag is thrown away.
export function spansOf(tags) {
  const spans = [];
  let start = 0, before = OUTSIDE, labelBefore = "";
  [...tags, OUTSIDE].forEach((tag, place) => {
    const [role, label] = split(tag);
    const begins = "BS".includes(role) || "ESO".includes(before) || label !== labelBefore;
    if (before !== OUTSIDE && (begins || role === OUTSIDE)) spans.push([start, place, labelBefore]);
    if (role !== OUTSIDE && begins) start = place;
    [before, labelBefore] = [role, label];
  });
  return spans;
}

// The tags that make sense in a scheme, of the same spans.
export function repaired(tags, scheme) {
  const [begin, inside, end, single] = ROLES[scheme];
  const found = tags.map(() => OUTSIDE);
  for (const [start, stop, label] of spansOf(tags)) {
    for (let place = start; place < stop; place++) {
      const role = stop - start === 1 ? single : place === start ? begin : place === stop - 1 ? end : inside;
      found[place] = label ? `${role}-${label}` : role;
    }
  }
  return found;
}
