// How the answers of each task are shown: functions from an answer to an element.

function make(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const heat = (share) => `rgba(var(--heat), ${(0.85 * share).toFixed(3)})`;
const plain = (piece) => piece.replaceAll("\u2581", " ").trim() || "\u2423";

function said(text) {
  const element = make("p", "said", text);
  element.dir = "auto";
  return element;
}

function classification(answer) {
  const bars = make("div", "bars");
  bars.setAttribute("role", "list");
  const classes = Object.entries(answer.probabilities).sort((a, b) => b[1] - a[1]);
  for (const [label, probability] of classes) {
    const bar = make("div", "bar");
    bar.style.width = `${100 * probability}%`;
    const track = make("div", "track", bar);
    track.setAttribute("aria-hidden", "true");
    const name = make("span", label === answer.label ? "best" : "", label);
    const row = [name, track, make("span", "share", percent(probability))];
    const item = make("div", "", ...row);
    item.setAttribute("role", "listitem");
    item.style.display = "contents";
    bars.append(item);
  }
  return make("div", "", said(answer.text), bars);
}

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

function translation(answer) {
  const translated = make("p", "said translation", answer.translation);
  translated.dir = "auto";
  const block = make("article", "", said(answer.text), translated);
  if (answer.alignments) block.append(...attention(answer));
  return block;
}

// Pieces to hover, focus or press, the source coloured by what each looked at, and the whole as a table.
function attention({ source_pieces: source, target_pieces: target, alignments }) {
  const sources = source.map((piece) => make("span", "piece", plain(piece)));
  const table = heatMap(source, target, alignments);
  const rows = [...table.tBodies[0].rows];
  const targets = target.map((piece) => make("button", "piece", plain(piece)));
  let pressed = null;
  const look = (at) => {
    sources.forEach((element, i) => {
      element.style.background = at === null ? "" : heat(alignments[at][i]);
      element.title = at === null ? "" : percent(alignments[at][i]);
    });
    rows.forEach((row, i) => row.classList.toggle("looked", i === at));
  };
  targets.forEach((element, i) => {
    const best = alignments[i].indexOf(Math.max(...alignments[i]));
    element.type = "button";
    element.setAttribute("aria-pressed", "false");
    element.setAttribute("aria-label", `${plain(target[i])}: looked most at ${plain(source[best])}`);
    for (const event of ["mouseenter", "focus"]) element.addEventListener(event, () => look(i));
    for (const event of ["mouseleave", "blur"]) element.addEventListener(event, () => look(pressed));
    element.addEventListener("click", () => {
      pressed = pressed === i ? null : i;
      targets.forEach((other, j) => other.setAttribute("aria-pressed", String(j === pressed)));
      look(pressed ?? i);
    });
  });
  const scroll = make("div", "scroll", table);
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Attention, a row for each piece of the translation");
  return [make("p", "pieces", ...sources), make("p", "pieces", ...targets), scroll];
}

function heatMap(source, target, alignments) {
  const table = make("table", "heat");
  const head = table.createTHead().insertRow();
  head.append(make("td", ""), ...source.map((piece) => {
    const cell = make("th", "", plain(piece));
    cell.scope = "col";
    return cell;
  }));
  const body = table.createTBody();
  target.forEach((piece, i) => {
    const name = make("th", "", plain(piece));
    name.scope = "row";
    const row = body.insertRow();
    row.append(name);
    alignments[i].forEach((share) => {
      const cell = row.insertCell();
      cell.style.background = heat(share);
      cell.title = percent(share);
      cell.setAttribute("aria-label", percent(share));
    });
  });
  return table;
}

// Tokens, the more surprising the darker, their surprisal in bits below.
function language(answer) {
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

export const show = { classification, segmentation, entities, translation, language, writing };
