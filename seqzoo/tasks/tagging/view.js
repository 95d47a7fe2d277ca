// Words with the tag of each character below; entities marked in their text.
import { make } from "../elements.js";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function segmentation(answer) {
  const line = make("p", "tagged");
  for (const word of answer.words) {
    if (!word.trim()) {
      line.append(word);
      continue;
    }
    const units = [...graphemes.segment(word)].map((part) => part.segment);
    const tags = units.length === 1 ? ["S"] : units.map((_, i) => (i === 0 ? "B" : i < units.length - 1 ? "M" : "E"));
    line.append(make("span", "word", ...units.map((unit, i) =>
      make("span", "unit", make("span", "", unit), make("small", "", tags[i])))), " ");
  }
  return line;
}

const kinds = []; // labels in the order they were first seen, each of which has its colour

function entities(answer) {
  const line = make("p", "tagged");
  line.dir = "auto";
  const points = Array.from(answer.text); // places count code points, strings UTF-16 units
  let place = 0;
  for (const { start, end, label } of answer.entities) {
    if (!kinds.includes(label)) kinds.push(label);
    const mark = make("mark", `entity kind-${kinds.indexOf(label) % 4}`, points.slice(start, end).join(""));
    mark.style.color = "inherit";
    mark.append(make("small", "", label));
    line.append(points.slice(place, start).join(""), mark);
    place = end;
  }
  line.append(points.slice(place).join(""));
  return line;
}

const CHINESE = ["李明昨天从上海来到北京大学。", "我用iPhone15Pro手机上网，内存2.5GB。"];
const NAMES = { word: ["Mary Smith works for Siemens in Berlin."], character: CHINESE.slice(0, 1) };

export const views = {
  segmentation: {
    hint: "A sentence a line.", go: "Segment", whole: false, show: segmentation, examples: () => CHINESE,
  },
  entities: {
    hint: "A sentence a line.", go: "Find names", whole: false, show: entities,
    examples: (model) => NAMES[model.unit],
  },
};
