// What is typed is answered while it is typed. Whatever comes from a user or a model is set as text, never as HTML.

const at = (id) => document.getElementById(id);
const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
let view = null;
let number = 0; // of the last text that was sent
let waiting = false; // for an answer
let changed = false; // since then

const blank = (text) => !text.trim();

// Each text that is asked, with the number of its line.
function asked() {
  const text = at("text").value;
  const lines = view.whole ? [text] : text.split("\n");
  return lines.map((line, i) => ({ text: line, line: i + 1 })).filter((each) => !blank(each.text));
}

function ask() {
  if (waiting || !view) {
    changed = true;
    return;
  }
  changed = false;
  const lines = asked();
  if (!lines.length) {
    show([], []);
    return;
  }
  waiting = true;
  number += 1;
  at("status").textContent = "Working …";
  worker.postMessage({ number, texts: lines.map((each) => each.text) });
  told = (answers) => show(answers, lines);
}

let told = null; // takes the answers that are waited for

function show(answers, lines) {
  const problems = [];
  const shown = [];
  answers.forEach((answer, i) => {
    if ("problem" in answer) problems.push(view.whole ? answer.problem : `Line ${lines[i].line}: ${answer.problem}`);
    else shown.push(view.show(answer));
  });
  at("answer").replaceChildren(...shown);
  at("problem").textContent = problems.join("\n");
  at("status").textContent = shown.length ? "Done." : "Ready.";
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
  if ("problem" in data) fail(data.problem);
  else if ("about" in data) begin(data.about).catch((error) => fail(error.message));
  else if (data.number === number) {
    waiting = false;
    told(data.answers);
    if (changed) ask();
  }
};
worker.onerror = (event) => fail(event.message ?? "the worker does not start");
at("text").addEventListener("input", ask);
