// Tokens by how surprising they are, and a text that grows.
import { heat, make } from "../elements.js";
import { verse } from "./verse.view.js";

// Tokens, the more surprising the darker, their surprisal in bits below.
function show(answer) {
  const tokens = answer.tokens.map((token, i) => {
    const bits = answer.surprisals[i];
    const shown = token === " " ? "\u2423" : ["\n", "\\n"].includes(token) ? "\u21b5" : token;
    const element = make("span", "token", shown, make("small", "", bits.toFixed(1)));
    element.style.background = heat(Math.min(1, bits / 16));
    return element;
  });
  const perplexity = `perplexity ${answer.perplexity.toPrecision(4)}; below each token its surprisal in bits`;
  return make("div", "", make("p", "", perplexity), make("p", "", ...tokens));
}

// A place for a text that grows; returns what to append its pieces to.
function writing(parent, prompt) {
  const written = make("div", "written", make("span", "prompt", prompt));
  written.dir = "auto";
  parent.replaceChildren(written);
  return written;
}

const EXAMPLES = { word: ["the company said"], character: ["def add(first, second):\n"] };

export const views = {
  poems: { ...verse, show },
  language: {
    hint: "The text that it continues.", go: "Continue", whole: true, show, writing,
    examples: (model) => EXAMPLES[model.unit],
  },
};
