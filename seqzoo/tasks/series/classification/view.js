// A bar for the probability of each class; the series, with what each stretch of it did for the label.
import { make, percent } from "../elements.js";

const SPACE = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, EDGE] = [640, 160, 8];
const STRONG = 0.85; // opacity of the stretch with the largest effect

function drawn(tag, attributes) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function bars(probabilities, label) {
  const rows = make("div", "bars");
  for (const [name, probability] of Object.entries(probabilities).sort((a, b) => b[1] - a[1])) {
    const bar = make("div", "bar");
    bar.style.width = `${100 * probability}%`;
    const track = make("div", "track", bar);
    track.setAttribute("aria-hidden", "true");
    rows.append(make("span", name === label ? "best" : "", name), track, make("span", "share", percent(probability)));
  }
  return rows;
}

function picture(name, values, effect) {
  const seen = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const width = (WIDTH - 2 * EDGE) / Math.max(values.length - 1, 1);
  const x = (step) => EDGE + step * width;
  const y = (value) => HEIGHT - EDGE - ((value - low) * (HEIGHT - 2 * EDGE)) / (high - low || 1);
  const image = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "series", role: "img" });
  image.setAttribute("aria-label", `${name}: ${values.length} steps`);
  const most = Math.max(...effect, 1e-9);
  effect.forEach((fallen, step) => {
    if (fallen <= 0) return; // without it the label would be likelier
    const box = { x: x(step) - width / 2, y: 0, width, height: HEIGHT, class: "band" };
    image.append(drawn("rect", { ...box, "fill-opacity": (STRONG * fallen) / most }));
  });
  const points = values.map((value, step) => [step, value]).filter(([, value]) => value !== null);
  const path = points.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  image.append(drawn("polyline", { points: path, class: "past", fill: "none" }));
  return image;
}

function one(answer) {
  const parts = [make("p", "best", answer.id === undefined ? answer.label : `${answer.id}: ${answer.label}`)];
  parts.push(bars(answer.probabilities, answer.label));
  for (const [name, values] of Object.entries(answer.values ?? {})) {
    parts.push(make("p", "", name), picture(name, values, answer.effect));
  }
  return make("div", "", ...parts);
}

function show(answer) {
  return make("div", "", ...(answer.series ?? [answer]).map(one));
}

export const views = {
  series_classification: {
    hint: "A series as CSV, a row a step.", go: "Predict", whole: true, show, asks: { effect: true },
  },
};
