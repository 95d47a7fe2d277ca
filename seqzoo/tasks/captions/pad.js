// A white place to draw a picture in. What is drawn is the file that is asked.
import { make } from "../elements.js";
import { t } from "../../words.js";

const SIDE = 320; // width and height in pixels
const WIDTH = 8; // of a line

function whiteCanvas() {
  const canvas = make("canvas", "pad");
  Object.assign(canvas, { width: SIDE, height: SIDE });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", t("Draw here"));
  const pen = canvas.getContext("2d");
  Object.assign(pen, { lineWidth: WIDTH, lineCap: "round", lineJoin: "round" });
  return { canvas, pen };
}

function clear(pen) {
  pen.fillStyle = "white";
  pen.fillRect(0, 0, SIDE, SIDE);
}

// Puts the drawing among the files of the form, in place of those chosen before.
function choose(canvas) {
  canvas.toBlob((content) => {
    if (!canvas.isConnected) return; // another model is chosen by now
    const files = new DataTransfer();
    files.items.add(new File([content], "drawing.png", { type: "image/png" }));
    document.getElementById("file").files = files.files;
  }, "image/png");
}

function draws(canvas, pen, colour) {
  let last = null;
  const line = (event) => {
    const box = canvas.getBoundingClientRect();
    const place = [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height];
    pen.strokeStyle = colour.value;
    pen.beginPath();
    pen.moveTo(...(last ?? place));
    pen.lineTo(...place); // a place alone is a dot, of the line's round ends
    pen.stroke();
    last = place;
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    line(event);
  });
  canvas.addEventListener("pointermove", (event) => { if (last) line(event); });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, () => {
      if (last) choose(canvas);
      last = null;
    });
  }
}

export function pad() {
  const { canvas, pen } = whiteCanvas();
  clear(pen);
  const colour = make("input", "");
  Object.assign(colour, { type: "color", value: "#000000" });
  const anew = make("button", "", t("Clear"));
  anew.type = "button";
  anew.addEventListener("click", () => {
    clear(pen);
    document.getElementById("file").value = "";
  });
  draws(canvas, pen, colour);
  const told = make("p", "", t("or drop a picture anywhere on this page, or draw one here:"));
  return make("div", "", told, canvas, make("p", "", make("label", "", `${t("Colour")} `, colour), " ", anew));
}
