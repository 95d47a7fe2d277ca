// A tree with a colour a node, and a bar for the probability of each class of the whole.
import { make, percent } from "../elements.js";

const SPACE = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, RADIUS, EDGE, LETTER] = [56, 44, 11, 26, 8];
const COLOURS = ["#2166ac", "#67a9cf", "#d9d9d9", "#ef8a62", "#b2182b"]; // from the first class to the last

function drawn(tag, attributes, ...children) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function colour(label, labels) {
  const place = labels.indexOf(label) / Math.max(1, labels.length - 1);
  return COLOURS[Math.round(place * (COLOURS.length - 1))];
}

// Leaves from left to right on the lowest line, every other node above its children.
function placed(nodes) {
  const [x, levels] = [[], []];
  let right = EDGE;
  for (const { word, children } of nodes) {
    if (children.length) {
      x.push((x[children[0]] + x[children.at(-1)]) / 2);
      levels.push(1 + Math.max(...children.map((kid) => levels[kid])));
      continue;
    }
    const room = Math.max(WIDTH, LETTER * (word ?? "").length + 8);
    x.push(right + room / 2);
    levels.push(0);
    right += room;
  }
  const top = Math.max(...levels);
  return { x, y: levels.map((level) => EDGE + HEIGHT * (top - level)), width: right + EDGE, height: HEIGHT * top + 2 * EDGE + 20 };
}

function picture(nodes, labels) {
  const { x, y, width, height } = placed(nodes);
  const image = drawn("svg", { viewBox: `0 0 ${width} ${height}`, class: "series tree", role: "img" });
  image.setAttribute("aria-label", nodes.map(({ word, label }) => `${word ?? ""} ${label}`.trim()).join(", "));
  image.style.maxWidth = `${width}px`;
  nodes.forEach(({ children }, place) => {
    for (const kid of children) image.append(drawn("line", { x1: x[place], y1: y[place], x2: x[kid], y2: y[kid], stroke: "#777777" }));
  });
  nodes.forEach(({ word, label, probability }, place) => {
    const title = drawn("title", {}, `${label} ${percent(probability)}`);
    const fill = { fill: colour(label, labels), "fill-opacity": 0.35 + 0.65 * probability, stroke: "#333333" };
    image.append(drawn("circle", { cx: x[place], cy: y[place], r: RADIUS, ...fill }, title));
    if (word === null) return;
    const text = { x: x[place], y: y[place] + RADIUS + 16, "text-anchor": "middle", "font-size": 13, fill: "currentColor" };
    image.append(drawn("text", text, word));
  });
  return image;
}

function key(labels) {
  const row = make("p", "key");
  for (const label of labels) {
    const mark = make("span", "", "\u25cf ");
    mark.style.color = colour(label, labels);
    row.append(mark, `${label}  `);
  }
  return row;
}

function bars(probabilities, best) {
  const rows = make("div", "bars");
  for (const [label, probability] of Object.entries(probabilities).sort((a, b) => b[1] - a[1])) {
    const bar = make("div", "bar");
    bar.style.width = `${100 * probability}%`;
    const track = make("div", "track", bar);
    track.setAttribute("aria-hidden", "true");
    rows.append(make("span", label === best ? "best" : "", label), track, make("span", "share", percent(probability)));
  }
  return rows;
}

function show(answer) {
  const labels = Object.keys(answer.probabilities);
  const parts = [make("p", "best", `${answer.label} (tree: ${answer.tree})`), bars(answer.probabilities, answer.label)];
  if (answer.nodes) parts.push(picture(answer.nodes, labels), key(labels));
  return make("div", "", ...parts);
}

const EXAMPLES = ["(_ (_ not) (_ (_ very) (_ good)))", "a lovely film"];

export const views = {
  trees: {
    hint: "A tree in brackets, or a text.", go: "Predict", whole: true, show, examples: () => EXAMPLES, asks: { nodes: true },
  },
};
