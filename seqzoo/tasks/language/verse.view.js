// A poem in columns from right to left, its tones beside the characters; each line can be written anew.
import { make } from "../elements.js";

const TONES = { "平": "\u25cb", "仄": "\u25cf" }; // a ring for a level tone, a disc for an oblique one

function choice(id, name, options) {
  const select = make("select", "");
  select.id = id;
  for (const [value, shown] of options) select.append(new Option(shown, value));
  return make("label", "", `${name} `, select);
}

function field(id, name, type = "text") {
  const input = make("input", "");
  Object.assign(input, { id, type });
  return make("label", "", `${name} `, input);
}

// What is asked of a poem; words in two languages, since forms and rhymes are Chinese words anyway.
function controls(model) {
  const forms = Object.entries(model.forms).map(([form, name]) => [form, `${name} ${form}`]);
  const rhymes = [["", "押韵 any rhyme"], ["none", "不限 no rhyme"], ...model.rhymes.map((name) => [name, name])];
  const row = make(
    "fieldset", "",
    make("legend", "", "诗 Poem"),
    choice("verse-form", "体 form", forms),
    choice("verse-rhyme", "韵 rhyme", rhymes),
    field("verse-title", "题 title"),
    field("verse-acrostic", "藏头 acrostic"),
    field("verse-tones", "平仄 tones", "checkbox"),
  );
  row.querySelector("#verse-form").value = "4x7";
  return row;
}

const value = (id) => document.getElementById(id).value.trim();

// The body of a request, of what the controls say.
function body() {
  const asked = { form: value("verse-form"), tones: document.getElementById("verse-tones").checked, json: true };
  const rhyme = value("verse-rhyme");
  if (!rhyme) asked.rhyme = true;
  else if (rhyme !== "none") asked.rhyme_group = rhyme;
  for (const name of ["title", "acrostic"]) if (value(`verse-${name}`)) asked[name] = value(`verse-${name}`);
  return asked;
}

function character(heard, rhymes) {
  const element = make("span", rhymes ? "glyph foot" : "glyph", heard.character);
  const tone = make("small", "tone", TONES[heard.tone] ?? "");
  element.title = `${heard.reading ?? "?"} ${heard.rhyme ?? ""}`.trim();
  element.append(tone);
  return element;
}

// A column with its button: the line alone is written anew, the others stay.
function column(poem, number, anew) {
  const end = number % 2 ? "。" : "，";
  const heard = poem.characters[number];
  const glyphs = heard.map((each, place) => character(each, number % 2 === 1 && place === heard.length - 1));
  const button = make("button", "", "↻");
  button.type = "button";
  button.setAttribute("aria-label", `another line ${number + 1}, 换第 ${number + 1} 句`);
  button.addEventListener("click", () => anew(poem, number));
  return make("div", "column", make("span", "verse-line", ...glyphs, end), button);
}

function drawn(poem, anew) {
  const columns = poem.lines.map((_, number) => column(poem, number, anew));
  const title = poem.title ? [make("div", "verse-title", poem.title)] : [];
  const element = make("div", "poem", ...title, ...columns);
  element.lang = "zh";
  element.setAttribute("aria-label", poem.text);
  return make("article", "", element);
}

// A place for poems, a piece each; `ask` asks again with other values than the controls', which may have changed.
function writing(parent, _, ask, asked) {
  const { acrostic, rhyme, rhyme_group, tones } = asked;
  const anew = (poem, number) => {
    const lines = poem.lines.map((line, place) => (place === number ? "?" : line)).join(",");
    ask({ form: poem.form, title: poem.title || undefined, lines, acrostic, rhyme, rhyme_group, tones });
  };
  const marks = "○ 平 level, ● 仄 oblique; bold: 韵 it rhymes; ↻ 换一句 writes a line anew";
  parent.replaceChildren(make("p", "marks", marks));
  return { append: (piece) => parent.append(drawn(JSON.parse(piece), anew)) };
}

export const verse = { hint: "A poem in the form that you choose.", go: "Write", whole: true, controls, body, writing };
