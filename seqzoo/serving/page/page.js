// Whatever comes from a user or a model is set as text, never as HTML.

import { offerRecording, setUpDrops, setUpRecording } from "./recorder.js";
import { t, translate } from "./words.js";

const at = (id) => document.getElementById(id);
const views = {}; // task -> its view, from the task's own file
const talks = new Map(); // a model's name -> what was said to it, and its answers
const OTHERS = 5; // answers that are shown of each
let models = [];
let running = null; // the AbortController of the request under way

// What comes as a file. Sounds and pictures come no other way, the rest as JSON, too.
const FILES = {
  audio: "audio/*,.wav,.flac,.ogg,.oga,.opus,.mp3,.aiff,.aif,.au,.sph", image: ".png,.jpg,.jpeg", table: ".csv,.tsv", series: ".csv,.tsv,.ts,.arff", strokes: ".json",
};
const readsText = (model) => model.reads.includes("text");
const accepted = (model) => model.reads.map((kind) => FILES[kind]).filter(Boolean).join(",");
const filesAlone = (model) => model.reads.every((kind) => ["audio", "image"].includes(kind));

const chosen = () => models.find((model) => model.name === at("model").value);

// A form as it is, else JSON.
async function ask(model, action, body, signal) {
  const sent = body instanceof FormData
    ? { body } // the browser writes the header, with what stands between the parts
    : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const address = `v1/models/${encodeURIComponent(model.name)}:${action}`;
  const response = await fetch(address, { method: "POST", ...sent, signal });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ error: response.statusText }));
  const later = response.headers.get("retry-after");
  throw new Error(problem.error + (later ? `; try again in ${later} s` : ""));
}

async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const parts = (rest + (value ?? "")).split("\n");
    rest = parts.pop();
    for (const line of parts) yield JSON.parse(line);
    if (done) return;
  }
}

// A view with controls of its own says what is asked; `more` takes the place of some of it.
async function write(model, signal, more = {}) {
  const view = views[model.task];
  const temperature = at("temperature").valueAsNumber;
  const prompt = view.controls ? "" : at("text").value;
  const own = view.body ? view.body() : { prompt, length: at("length").valueAsNumber };
  const body = { temperature, ...own, ...more };
  const response = await ask(model, "generate", body, signal);
  const anew = (other) => run((same, its) => write(same, its, other));
  const written = view.writing(at("answer"), prompt, anew, body);
  let ended = false;
  for await (const line of lines(response)) {
    if (line.done) ended = true;
    else written.append(line.piece);
  }
  if (!ended) throw new Error("the server ended before the text did");
}

// What is asked, and what an error calls each input.
function asked(model) {
  const text = at("text").value;
  const files = accepted(model) ? [...at("file").files] : [];
  if (files.length) {
    if (!filesAlone(model) && text.trim()) throw new Error(t("Expected files or JSON; there are both."));
    const body = new FormData();
    for (const file of files) body.append("files", file, file.name);
    return { body, names: [], files }; // an error has the file's name
  }
  if (filesAlone(model)) throw new Error(t("There is no file yet."));
  if (!text.trim()) throw new Error(t("There is no text yet."));
  if (!readsText(model)) {
    // A table of a series may be pasted as it is.
    if (model.reads.includes("series") && !/^\s*[[{]/.test(text)) return { body: { inputs: [text] }, names: ["The input"] };
    try {
      return { body: { inputs: [JSON.parse(text)] }, names: ["The input"] };
    } catch (error) {
      throw new Error(`Expected JSON: ${error.message}`);
    }
  }
  if (views[model.task].whole) return { body: { texts: [text] }, names: ["The text"] };
  const lines = text.split("\n").map((line, i) => [line, i + 1]).filter(([line]) => line.trim());
  return { body: { texts: lines.map(([line]) => line) }, names: lines.map(([, number]) => `Line ${number}`) };
}

// What is said of an answer that the model has no ground for.
function unfamiliar() {
  const line = document.createElement("span");
  line.className = "unfamiliar";
  line.textContent = t("This text is unlike those the model was trained on. Do not rely on the answer.");
  return line;
}

function named(file) {
  const line = document.createElement("p");
  line.className = "best said";
  line.textContent = file.name;
  return line;
}

function player(file) {
  const element = document.createElement("audio");
  element.controls = true;
  element.src = URL.createObjectURL(file);
  element.setAttribute("aria-label", file.name);
  return element;
}

// Shows answers; the sounds of those before are freed.
function answered(shown) {
  for (const sound of at("answer").querySelectorAll("audio")) URL.revokeObjectURL(sound.src);
  at("answer").replaceChildren(...shown);
}

async function predict(model, signal) {
  const { body, names, files } = asked(model);
  const more = { ...(model.alignments ? { alignments: true } : {}), ...views[model.task].asks };
  for (const [name, value] of Object.entries(more)) {
    if (body instanceof FormData) body.append(name, value);
    else body[name] = value;
  }
  const answer = await (await ask(model, "predict", body, signal).catch((error) => {
    error.message = error.message.replace(/^(?:texts|inputs)\[(\d+)\]/, (_, number) => names[number])
      .replace(/^files\[\d+\]: /, "");
    throw error;
  })).json();
  const ofFiles = files?.length === answer.predictions.length ? files : []; // else lines of files are answered
  const shown = answer.predictions.map((each, i) => views[model.task].show(each, ofFiles[i]));
  answer.predictions.forEach((each, i) => each.familiarity?.unfamiliar && shown[i].append(unfamiliar()));
  shown.forEach((each) => each.querySelectorAll("[data-t]").forEach((word) => { word.textContent = t(word.textContent); }));
  ofFiles.forEach((file, i) => {
    if (model.reads.includes("audio") && !shown[i].querySelector("audio")) shown[i].prepend(player(file));
    shown[i].prepend(named(file));
  });
  answered(shown);
  if (!(body instanceof FormData)) again(model, body);
}

// A talk is kept here, not on the server: its last turns are sent with each new one.
async function talk(model, signal) {
  const text = at("text").value.replace(/\s+/g, " ").trim();
  if (!text) throw new Error(t("There is no text yet."));
  const said = talks.get(model.name) ?? [];
  const turns = [...said.flatMap((each) => [each.text, each.answer]), text].filter(Boolean).slice(-model.turns);
  const body = { texts: [turns.join("\t")], n_best: OTHERS };
  const { predictions: [found] } = await (await ask(model, "predict", body, signal).catch((error) => {
    error.message = error.message.replace(/^texts\[0\]/, "The text");
    throw error;
  })).json();
  talks.set(model.name, [...said, { ...found, text }]);
  at("text").value = "";
  showTalk(model);
  if (found.familiarity?.unfamiliar) at("answer").append(unfamiliar());
  again(model, body);
}

function showTalk(model) {
  const said = talks.get(model.name);
  if (!said) return;
  const begin = () => {
    talks.delete(model.name);
    answered([]);
    at("text").focus();
  };
  const shown = views[model.task].talk(said, begin);
  shown.querySelectorAll("[data-t]").forEach((word) => { word.textContent = t(word.textContent); });
  answered([shown]);
  shown.querySelector(".talk > li:last-child")?.scrollIntoView({ block: "nearest" });
}

async function run(task) {
  running?.abort();
  const own = new AbortController();
  running = own;
  at("problem").textContent = "";
  at("status").textContent = t("Working …");
  if (task !== talk) answered([]);
  at("stop").hidden = false;
  try {
    await task(chosen(), own.signal);
    at("status").textContent = t("Done.");
  } catch (error) {
    if (running !== own) return; // another one has begun
    at("status").textContent = own.signal.aborted ? t("Stopped.") : "";
    if (!own.signal.aborted) at("problem").textContent = error.message;
  } finally {
    if (running === own) {
      running = null;
      if (document.activeElement === at("stop")) at("go").focus();
      at("stop").hidden = true;
    }
  }
}

// Texts to begin with, which a click asks.
function offer(examples) {
  const buttons = examples.map((example) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = example;
    button.addEventListener("click", () => {
      at("text").value = example;
      at("form").requestSubmit();
    });
    return button;
  });
  at("examples").replaceChildren(`${t("Examples")}: `, ...buttons);
  at("examples").hidden = !examples.length;
}

// How else the same is asked: of this server, and in Python.
function again(model, body) {
  const quoted = JSON.stringify(body).replaceAll("'", "'\\''");
  const address = `${location.origin}/v1/models/${encodeURIComponent(model.name)}:predict`;
  at("curl").textContent = `curl ${address} -H 'content-type: application/json' -d '${quoted}'`;
  const inputs = JSON.stringify(body.texts ?? body.inputs);
  const options = body.alignments ? ", alignments=True" : "";
  at("python").textContent =
    `import seqzoo\n\nseqzoo.load(${JSON.stringify(model.name)}).predict(${inputs}${options})`;
  at("again").hidden = false;
}

async function copy(button) {
  await navigator.clipboard.writeText(at(button.dataset.copies).textContent);
  at("status").textContent = t("Copied.");
}

// The models of a task stand together.
function groups() {
  const found = new Map();
  for (const model of models) {
    if (!found.has(model.task)) {
      const group = document.createElement("optgroup");
      group.label = `${model.task}: ${model.summary}`;
      found.set(model.task, group);
    }
    found.get(model.task).append(new Option(model.name, model.name));
  }
  return [...found.values()];
}

function choose() {
  running?.abort();
  running = null; // what it still says is of another model
  at("stop").hidden = true;
  const model = chosen();
  offerRecording(model);
  const view = views[model.task];
  const files = accepted(model);
  at("about").textContent = `${model.summary}. ${model.description ?? ""} (${model.hash.slice(0, 12)})`;
  at("hint").textContent = filesAlone(model) ? t(view.hint) : `${t(view.hint)} ${t("Ctrl+Enter asks.")}`;
  at("text-label").textContent = t(model.generates ? "Beginning" : readsText(model) ? "Text" : model.reads.includes("series") ? "CSV or JSON" : "JSON");
  offer(view.examples?.(model) ?? []);
  at("controls").replaceChildren(...(view.controls ? [view.controls(model)] : []));
  at("text").hidden = at("text-label").hidden = filesAlone(model) || Boolean(view.controls);
  at("length").parentElement.hidden = Boolean(view.controls);
  at("file").hidden = at("file-label").hidden = !files;
  at("file").accept = files;
  at("file").value = ""; // files of the model before are none of this one's
  at("go").textContent = t(view.go);
  at("again").hidden = true;
  at("writing").hidden = !model.generates;
  at("temperature").value = model.temperature ?? at("temperature").defaultValue;
  at("measure").hidden = !model.generates || Boolean(view.controls);
  for (const input of at("writing").querySelectorAll("input")) input.disabled = !model.generates;
  answered([]);
  for (const id of ["problem", "status"]) at(id).replaceChildren();
  if (view.talk) showTalk(model);
}

async function start() {
  translate(document.documentElement);
  for (const button of document.querySelectorAll("[data-copies]")) button.addEventListener("click", () => copy(button));
  try {
    models = (await (await fetch("v1/models")).json()).models;
    for (const { task } of models) views[task] ??= (await import(`./views/${encodeURIComponent(task)}/view.js`)).views[task];
  } catch (error) {
    at("problem").textContent = `The server does not answer: ${error.message}`;
    return;
  }
  at("model").replaceChildren(...groups());
  at("model").addEventListener("change", choose);
  at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const writes = (model, signal) => write(model, signal);
    run(chosen().generates ? writes : views[chosen().task].talk ? talk : predict);
  });
  setUpRecording(chosen);
  setUpDrops(() => accepted(chosen()));
  at("measure").addEventListener("click", () => run(predict));
  at("stop").addEventListener("click", () => running?.abort());
  at("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("form").requestSubmit();
  });
  choose();
}

start();
