// A drawing that is written stroke by stroke.
import { make } from "../elements.js";

const SPACE = "http://www.w3.org/2000/svg";
const PAUSE = 120; // milliseconds from stroke to stroke
const PAD = 240; // width and height of the place to draw in
let strokes = []; // drawn there, [[x, y], ...] each

function drawn(tag, attributes) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function field(id, name, attributes) {
  const input = make("input", "");
  Object.assign(input, { id, ...attributes });
  return make("label", "", `${name} `, input);
}

function joined(points) {
  // A point alone is a line to itself: its round ends are a dot.
  const places = points.length === 1 ? [points[0], points[0]] : points;
  return places.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");
}

// A place to draw in, which the model goes on from.
function pad() {
  strokes = [];
  const image = drawn("svg", { class: "pad", viewBox: `0 0 ${PAD} ${PAD}`, role: "img", "aria-label": "draw here" });
  let open = null; // the line that is being drawn
  const place = (event) => {
    const box = image.getBoundingClientRect();
    return [((event.clientX - box.left) * PAD) / box.width, ((event.clientY - box.top) * PAD) / box.height];
  };
  image.addEventListener("pointerdown", (event) => {
    image.setPointerCapture(event.pointerId);
    strokes.push([place(event)]);
    open = line(strokes.at(-1), 4);
    image.append(open);
  });
  image.addEventListener("pointermove", (event) => {
    if (!open) return;
    strokes.at(-1).push(place(event));
    open.setAttribute("points", joined(strokes.at(-1)));
  });
  for (const name of ["pointerup", "pointercancel"]) image.addEventListener(name, () => (open = null));
  const clear = make("button", "", "清除 clear");
  clear.type = "button";
  clear.addEventListener("click", () => {
    strokes = [];
    image.replaceChildren();
  });
  return make("div", "", make("p", "", "在此起笔，模型接着写 begin here, the model goes on"), image, clear);
}

// What is written, words in two languages, since some models write Chinese characters.
function controls(model) {
  const row = make("fieldset", "", make("legend", "", "写 Write"));
  if (model.reads_text) {
    const text = field("pen-text", "文字 text, empty: invent one", { type: "text" });
    text.querySelector("input").placeholder = model.known.slice(0, 3).join(" ");
    row.append(text);
  }
  row.append(field("pen-bias", "工整 bias", { type: "range", min: 0, max: 5, step: 0.1, value: 1 }), pad());
  return row;
}

function body() {
  const text = document.getElementById("pen-text")?.value.trim();
  const begun = strokes.length ? { strokes: JSON.stringify(strokes), frame: `0,0,${PAD}` } : {};
  const bias = document.getElementById("pen-bias").valueAsNumber;
  return { bias, json: true, ...begun, ...(text ? { prompt: text } : {}) };
}

function line(points, width) {
  const attributes = { points: joined(points), fill: "none", stroke: "currentColor", "stroke-width": width };
  return drawn("polyline", { ...attributes, "stroke-linecap": "round", "stroke-linejoin": "round" });
}

// A place for a drawing: its box comes first, then a stroke a piece.
function writing(parent) {
  const image = drawn("svg", { class: "series drawing", role: "img", "aria-label": "drawing" });
  parent.replaceChildren(image);
  let [width, last] = [1, Promise.resolve()];
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const later = () => new Promise((done) => setTimeout(done, still ? 0 : PAUSE));
  return {
    append: (piece) => {
      const { box, stroke } = JSON.parse(piece);
      if (box) {
        image.setAttribute("viewBox", box.join(" "));
        width = Math.max(box[2], box[3]) / 60;
      } else last = last.then(() => image.append(line(stroke, width))).then(later);
    },
  };
}

function show(answer) {
  return make("p", "", `${answer.points} points, ${answer.strokes} strokes, ${answer.nats.toPrecision(4)} nats a point`);
}

export const views = {
  handwriting: { hint: "A drawing by the model.", go: "Draw", whole: true, controls, body, writing, show },
};
