// A picture that is chosen, dropped or drawn, with its caption; over it, where each word looked.
import { make, percent } from "../elements.js";
import { t } from "../../words.js";
import { pad } from "./pad.js";

const SIDE = 320; // pixels that a picture is shown in
const STEP = 500; // milliseconds from word to word
const DARK = 0.7; // opacity where nothing is looked at

function show(answer, file) {
  const caption = make("p", "said best", answer.caption);
  caption.dir = "auto";
  if (!file) return make("article", "", caption);
  const picture = pictureOf(file);
  if (!answer.alignments) return make("article", "", caption, picture.element);
  const buttons = answer.tokens.map((token, i) => word(token, answer.alignments[i], picture));
  const words = make("p", "spoken", ...buttons);
  words.setAttribute("role", "group");
  words.setAttribute("aria-label", t("Words: press one to see where it looked"));
  slide(buttons, answer.alignments, picture);
  return make("article", "", caption, picture.element, words);
}

// The picture in a square, as the network has it. `look(shares)` darkens it but where these are.
function pictureOf(file) {
  const canvas = make("canvas", "looked-at");
  Object.assign(canvas, { width: SIDE, height: SIDE });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", file.name);
  const pen = canvas.getContext("2d");
  let [image, now] = [null, null];
  const look = (shares) => {
    now = shares;
    pen.fillStyle = "white";
    pen.fillRect(0, 0, SIDE, SIDE);
    if (!image) return;
    const scale = SIDE / Math.max(image.width, image.height);
    const [width, height] = [image.width * scale, image.height * scale];
    pen.drawImage(image, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
    if (shares) pen.drawImage(shade(shares), 0, 0, SIDE, SIDE); // made larger, it is smooth
  };
  look(null);
  const ready = createImageBitmap(file).then((bitmap) => {
    image = bitmap;
    look(now);
  }).catch(() => {}); // what the browser cannot draw has its caption all the same
  return { element: canvas, look, ready };
}

// A pixel a position, dark where it has little of what is looked at.
function shade(shares) {
  const count = Math.round(Math.sqrt(shares.length));
  const canvas = make("canvas", "");
  Object.assign(canvas, { width: count, height: count });
  const pen = canvas.getContext("2d");
  const pixels = pen.createImageData(count, count);
  const most = Math.max(...shares);
  shares.forEach((share, i) => { pixels.data[4 * i + 3] = Math.round(255 * DARK * (1 - share / most)); });
  pen.putImageData(pixels, 0, 0);
  return canvas;
}

// The words appear one after another, while the look slides from each one's place to the next one's.
async function slide(buttons, alignments, picture) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const each of buttons) each.classList.add("to-come");
  await picture.ready;
  const begin = performance.now();
  const even = alignments[0].map(() => 1 / alignments[0].length);
  let touched = false;
  for (const each of buttons) {
    for (const event of ["mouseenter", "focus"]) each.addEventListener(event, () => { touched = true; }, { once: true });
  }
  const frame = (time) => {
    const place = Math.max(0, time - begin) / STEP;
    const number = Math.floor(place);
    buttons.forEach((each, i) => each.classList.toggle("to-come", !touched && i > number));
    if (touched || !picture.element.isConnected) return;
    if (number >= buttons.length) return picture.look(null);
    const [from, to, done] = [alignments[number - 1] ?? even, alignments[number], Math.min(1, 2 * (place - number))];
    picture.look(to.map((share, i) => done * share + (1 - done) * from[i]));
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

function word(token, shares, picture) {
  const pressed = make("button", "", token === "</s>" ? "." : token.trim() || "\u2423");
  pressed.type = "button";
  pressed.title = `${t("most at one place")}: ${percent(Math.max(...shares))}`;
  for (const event of ["mouseenter", "focus", "click"]) pressed.addEventListener(event, () => picture.look(shares));
  for (const event of ["mouseleave", "blur"]) pressed.addEventListener(event, () => picture.look(null));
  return pressed;
}

export const views = {
  captions: { hint: "Pictures: PNG, JPEG.", go: "Caption", whole: true, controls: pad, show },
};
