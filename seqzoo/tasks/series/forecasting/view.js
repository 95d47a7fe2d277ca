// History, forecast with its band, and the naive line, a picture a column.
import { make } from "../elements.js";

const SPACE = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, EDGE] = [640, 220, 8];

function drawn(tag, attributes) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Where a step and a value stand.
function scale(count, values) {
  const seen = values.filter((value) => value !== null && value !== undefined);
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const range = high - low || 1;
  return (step, value) => {
    const x = EDGE + (step * (WIDTH - 2 * EDGE)) / Math.max(count - 1, 1);
    const y = HEIGHT - EDGE - ((value - low) * (HEIGHT - 2 * EDGE)) / range;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
}

function line(values, begin, at, className) {
  const points = values.map((value, i) => [value, begin + i]).filter(([value]) => value !== null);
  const path = points.map(([value, step]) => at(step, value)).join(" ");
  return drawn("polyline", { points: path, class: className, fill: "none" });
}

function picture(name, answer) {
  const past = answer.history?.values[name] ?? [];
  const ahead = answer.forecast[name];
  const [low, high] = [answer.low?.[name] ?? [], answer.high?.[name] ?? []];
  const every = [...past, ...ahead, ...answer.naive[name], ...low, ...high];
  const at = scale(past.length + ahead.length, every);
  const image = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "series", role: "img" });
  image.setAttribute("aria-label", `${name}: ${past.length} steps, ${ahead.length} ahead`);
  const begin = past.length;
  if (low.length) {
    const around = [...high.map((value, i) => [begin + i, value]), ...low.map((value, i) => [begin + i, value]).reverse()];
    const points = around.map(([step, value]) => at(step, value)).join(" ");
    image.append(drawn("polygon", { points, class: "band" }));
  }
  image.append(line(past, 0, at, "past"), line(answer.naive[name], begin, at, "naive"));
  image.append(line(ahead, begin, at, "ahead"));
  return image;
}

// What is drawn how: a swatch and a word for each line that the pictures have. `data-t` lets the page translate.
const KEY = [["past", "history"], ["ahead", "forecast"], ["band", "band"], ["naive", "last value or season repeated"]];

function key(answer) {
  const there = KEY.filter(([name]) => (name !== "band" || answer.band) && (name !== "past" || answer.history));
  const entries = there.map(([name, word]) => {
    const swatch = drawn("svg", { viewBox: "0 0 24 12", class: "swatch", "aria-hidden": "true" });
    const box = { x: 0, y: 1, width: 24, height: 10, class: name };
    const across = { points: "0,6 24,6", class: name, fill: "none" };
    swatch.append(name === "band" ? drawn("rect", box) : drawn("polyline", across));
    const said = make("span", "", word);
    said.dataset.t = "";
    const share = name === "band" ? ` ${answer.band.map((level) => `${+(100 * level).toFixed(1)} %`).join(" – ")}` : "";
    return make("span", "entry", swatch, said, share);
  });
  return make("p", "key", ...entries);
}

function one(answer) {
  const steps = answer.times ?? answer.steps;
  const parts = answer.id === undefined ? [] : [make("p", "best", answer.id)];
  for (const name of Object.keys(answer.forecast)) {
    const last = Number(answer.forecast[name].at(-1).toPrecision(4));
    parts.push(make("p", "best", `${name}: ${last} (${steps.at(-1)})`), picture(name, answer));
  }
  return make("div", "", ...parts);
}

function show(answer) {
  const each = answer.series ?? [answer];
  return make("div", "", key(each[0]), ...each.map(one));
}

export const views = {
  forecasting: { hint: "A table as CSV, a row a step.", go: "Forecast", whole: true, show, asks: { history: true } },
};
