// Whatever comes from a user or a model is set as text, never as HTML.
import { show } from "./views.js";

const at = (id) => document.getElementById(id);
const HINTS = {
  classification: "One text.",
  segmentation: "A sentence a line.",
  entities: "A sentence a line.",
  translation: "A sentence a line.",
  language: "What it is to go on from.",
};
const GO = { language: "Go on", translation: "Translate", segmentation: "Cut", entities: "Mark", classification: "Judge" };
let models = [];
let running = null; // the AbortController of the request under way

const chosen = () => models.find((model) => model.name === at("model").value);

async function ask(model, action, body, signal) {
  const response = await fetch(`v1/models/${encodeURIComponent(model.name)}:${action}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal,
  });
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

async function write(model, signal) {
  const prompt = at("text").value;
  const body = { prompt, length: at("length").valueAsNumber, temperature: at("temperature").valueAsNumber };
  const response = await ask(model, "generate", body, signal);
  const written = show.writing(at("answer"), prompt);
  let ended = false;
  for await (const line of lines(response)) {
    if (line.done) ended = true;
    else written.append(line.piece);
  }
  if (!ended) throw new Error("the server ended before the text did");
}

async function predict(model, signal) {
  const text = at("text").value;
  const whole = model.task === "classification" || model.task === "language";
  const lines = whole ? [[text, 1]] : text.split("\n").map((line, i) => [line, i + 1]).filter(([line]) => line.trim());
  if (!text.trim()) throw new Error("There is no text yet.");
  const body = { texts: lines.map(([line]) => line) };
  if (model.alignments) body.alignments = true;
  const answer = await (await ask(model, "predict", body, signal).catch((error) => {
    const named = (_, number) => whole ? "The text" : `Line ${lines[number][1]}`;
    error.message = error.message.replace(/^texts\[(\d+)\]/, named);
    throw error;
  })).json();
  at("answer").replaceChildren(...answer.predictions.map((each) => show[model.task](each)));
}

async function run(task) {
  running?.abort();
  const own = new AbortController();
  running = own;
  at("problem").textContent = "";
  at("status").textContent = "Working …";
  at("answer").replaceChildren();
  at("stop").hidden = false;
  try {
    await task(chosen(), own.signal);
    at("status").textContent = "Done.";
  } catch (error) {
    if (running !== own) return; // another one has begun
    at("status").textContent = own.signal.aborted ? "Stopped." : "";
    if (!own.signal.aborted) at("problem").textContent = error.message;
  } finally {
    if (running === own) {
      running = null;
      if (document.activeElement === at("stop")) at("go").focus();
      at("stop").hidden = true;
    }
  }
}

function choose() {
  running?.abort();
  running = null; // what it still says is of another model
  at("stop").hidden = true;
  const model = chosen();
  const language = model.task === "language";
  at("about").textContent = `${model.task}: ${model.description ?? ""} (${model.hash.slice(0, 12)})`;
  at("hint").textContent = `${HINTS[model.task]} Ctrl+Enter asks.`;
  at("text-label").textContent = language ? "Beginning" : "Text";
  at("go").textContent = GO[model.task];
  at("writing").hidden = at("measure").hidden = !language;
  for (const input of at("writing").querySelectorAll("input")) input.disabled = !language;
  for (const id of ["answer", "problem", "status"]) at(id).replaceChildren();
}

async function start() {
  try {
    models = (await (await fetch("v1/models")).json()).models;
  } catch (error) {
    at("problem").textContent = `The server does not answer: ${error.message}`;
    return;
  }
  at("model").replaceChildren(...models.map((model) => new Option(model.name, model.name)));
  at("model").addEventListener("change", choose);
  at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    run(chosen().task === "language" ? write : predict);
  });
  at("measure").addEventListener("click", () => run(predict));
  at("stop").addEventListener("click", () => running?.abort());
  at("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("form").requestSubmit();
  });
  choose();
}

start();
