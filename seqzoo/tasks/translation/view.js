// A text and its translation, and what each piece of it attended to; and a talk.
import { heat, make, percent, plain, said } from "../elements.js";

function show(answer) {
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

// A talk: what was said and answered, with other answers and their scores behind a press.
function talk(said, begin) {
  const log = make("ol", "talk");
  for (const { text, answer, answers } of said) {
    const asked = make("p", "said", text);
    const answered = make("p", "said answered", answer || "…");
    asked.dir = answered.dir = "auto";
    const item = make("li", "", asked, answered);
    // Draws may be alike.
    const unlike = new Map((answers ?? []).map((each) => [each.answer, each]));
    unlike.delete(answer);
    const rest = [...unlike.values()];
    if (rest.length) item.append(others(rest));
    log.append(item);
  }
  const button = make("button", "", "New talk");
  button.type = "button";
  button.dataset.t = "";
  button.addEventListener("click", begin);
  return make("article", "", log, button);
}

function others(answers) {
  const summary = make("summary", "", "Other answers");
  summary.dataset.t = "";
  // Draws come in any order.
  const rows = [...answers].sort((one, other) => other.score - one.score).map(({ answer, score }) => {
    const text = make("span", "", answer || "…");
    text.dir = "auto";
    const likely = make("small", "", score.toFixed(2));
    likely.title = "score: a log-probability, the nearer to 0 the likelier";
    return make("li", "", text, " ", likely);
  });
  return make("details", "others", summary, make("ul", "", ...rows));
}

const TALKS = ["Good morning .", "How are you ?", "Can you help me ?"];

const EXAMPLES = [
  "A man is riding a horse.",
  "Two dogs are playing in the snow.",
  "In the beginning God created the heaven and the earth.",
];

export const views = {
  translation: {
    hint: "A sentence a line.", go: "Translate", whole: false, show, examples: () => EXAMPLES,
  },
  dialogue: {
    hint: "What you say; the last turns are read.", go: "Say", whole: true, talk, examples: () => TALKS,
  },
};
