// What is typed is answered while it is typed. Whatever comes from a user or a model is set as text, never as HTML.

const PATIENCE = 300; // ms until the page tells that it is at work

const at = (id) => document.getElementById(id);
const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
let view = null; // the task's, once the model is there
let pending = null; // the lines that are being answered
let changed = false; // since they were sent

// The text, or its lines with something in them, each with its number.
function linesOf(text) {
  const lines = view.whole ? [text] : text.split("\n");
  return lines.map((line, i) => ({ text: line, number: i + 1 })).filter((line) => line.text.trim());
}

// Only one request is under way; what is typed meanwhile is asked next, all at once.
function ask() {
  changed = true;
  if (!view || pending) return;
  changed = false;
  const lines = linesOf(at("text").value);
  if (!lines.length) {
    show([], []);
    return;
  }
  pending = lines;
  setTimeout(() => {
    if (pending === lines) at("status").textContent = "Working …";
  }, PATIENCE);
  worker.postMessage(lines.map((line) => line.text));
}

function show(answers, lines) {
  const told = (answer, i) => (view.whole ? answer.problem : `Line ${lines[i].number}: ${answer.problem}`);
  const problems = answers.map((answer, i) => "problem" in answer && told(answer, i)).filter(Boolean);
  at("answer").replaceChildren(...answers.filter((answer) => !("problem" in answer)).map((answer) => view.show(answer)));
  at("problem").textContent = problems.join(" ");
  at("status").textContent = "Ready.";
}

async function begin(about) {
  const { views } = await import(`./views/${encodeURIComponent(about.task)}/view.js`);
  view = views[about.task];
  document.title = at("name").textContent = about.name;
  at("about").textContent = `${about.task}: ${about.description}`;
  at("hint").textContent = `${view.hint} The answer follows as you type.`;
  at("status").textContent = "Ready.";
  ask();
}

function fail(problem) {
  at("status").textContent = "";
  at("problem").textContent = `The model can't be loaded: ${problem}`;
}

worker.onmessage = ({ data }) => {
  if (data.about) begin(data.about).catch((error) => fail(error.message));
  else if (data.answers) {
    const lines = pending;
    pending = null;
    show(data.answers, lines);
    if (changed) ask();
  } else fail(data.problem);
};
worker.onerror = (event) => fail(event.message ?? "its worker does not start");
at("text").addEventListener("input", ask);
