// A picture with its caption; over it, where each word looked.
import { make, percent } from "../elements.js";
import { t } from "../../words.js";

const SIDE = 320; // pixels that a picture is shown in

function show(answer, file) {
  const caption = make("p", "said", answer.caption);
  caption.dir = "auto";
  if (!answer.alignments || !file) return make("article", "", caption);
  const { element, look } = pictureOf(file);
  const words = make("p", "spoken", ...answer.tokens.map((token, i) => word(token, answer.alignments[i], look)));
  words.setAttribute("role", "group");
  words.setAttribute("aria-label", t("Words: press one to see where it looked"));
  return make("article", "", caption, element, words);
}

// The picture in a square, and a grid over it that grows dark where nothing is looked at.
function pictureOf(file) {
  const canvas = make("canvas", "");
  Object.assign(canvas, { width: SIDE, height: SIDE });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", file.name);
  const pen = canvas.getContext("2d");
  const image = new Image();
  const draw = (shares) => {
    pen.fillStyle = "white";
    pen.fillRect(0, 0, SIDE, SIDE);
    const scale = SIDE / Math.max(image.width, image.height);
    const [width, height] = [image.width * scale, image.height * scale];
    pen.drawImage(image, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
    if (!shares) return;
    const count = Math.round(Math.sqrt(shares.length));
    const most = Math.max(...shares);
    shares.forEach((share, i) => {
      pen.fillStyle = `rgba(0, 0, 0, ${(0.75 * (1 - share / most)).toFixed(3)})`;
      const [x, y] = [i % count, Math.floor(i / count)];
      const size = SIDE / count;
      pen.fillRect(x * size, y * size, size, size);
    });
  };
  image.addEventListener("load", () => draw(null));
  image.src = URL.createObjectURL(file);
  return { element: canvas, look: draw };
}

function word(token, shares, look) {
  const pressed = make("button", "", token === "</s>" ? "." : token);
  pressed.type = "button";
  pressed.title = percent(Math.max(...shares));
  for (const event of ["mouseenter", "focus"]) pressed.addEventListener(event, () => look(shares));
  for (const event of ["mouseleave", "blur"]) pressed.addEventListener(event, () => look(null));
  return pressed;
}

export const views = {
  captions: { hint: "Pictures: PNG, JPEG.", go: "Caption", whole: true, show, asks: { alignments: true } },
};
