// A bar for the probability of each label.
import { make, percent, said } from "../elements.js";

function show(answer) {
  const bars = make("div", "bars");
  bars.setAttribute("role", "list");
  const given = answer.labels ?? [answer.label]; // a text may have several
  const classes = Object.entries(answer.probabilities).sort((a, b) => b[1] - a[1]);
  for (const [label, probability] of classes) {
    const bar = make("div", "bar");
    bar.style.width = `${100 * probability}%`;
    const track = make("div", "track", bar);
    track.setAttribute("aria-hidden", "true");
    const best = given.includes(label);
    // Of several the given ones have a mark: the first may be none of them.
    const name = make("span", best ? "best" : "", best && answer.labels ? `\u2713 ${label}` : label);
    const row = [name, track, make("span", "share", percent(probability))];
    const item = make("div", "", ...row);
    item.setAttribute("role", "listitem");
    item.style.display = "contents";
    bars.append(item);
  }
  return make("div", "", said(answer.text), bars);
}

const EXAMPLES = {
  word: ["A wonderful film.", "Dull, and far too long.", "Not bad at all."],
  character: ["质量很好，物流很快。", "用了两天就坏了。"],
};

export const views = {
  classification: {
    hint: "One text.", go: "Predict", whole: true, show, examples: (model) => EXAMPLES[model.unit],
  },
};
