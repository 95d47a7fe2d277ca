// The HTTP reference, made of what the server says of itself in openapi.json. Nothing comes from elsewhere.

import { t, translate } from "./words.js";

const METHODS = ["get", "post"];
const JSON_TYPE = "application/json";
const FORM_TYPE = "multipart/form-data";
let schema = {};
let models = [];

function make(tag, properties = {}, ...content) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...content);
  return element;
}

// What a reference, as "#/components/schemas/About", stands for.
function resolved(part) {
  if (!part?.$ref) return part ?? {};
  return part.$ref.split("/").slice(1).reduce((found, name) => found[name], schema);
}

// A field's type in a few words: "integer or null, 1 to 16".
function kind(field) {
  const parts = field.anyOf ?? field.oneOf ?? [field];
  const names = parts.map(resolved).map((part) =>
    part.type === "array" ? `${t("list of")} ${kind(resolved(part.items ?? {}))}` : (part.title && !part.type ? part.title : part.type ?? t("any")));
  const bounds = parts.map(resolved).flatMap((part) => [
    [">=", part.minimum], [">", part.exclusiveMinimum], ["<=", part.maximum], ["<", part.exclusiveMaximum],
  ]).filter(([, bound]) => bound !== undefined && Math.abs(bound) < 2 ** 62);
  const choices = parts.flatMap((part) => resolved(part).enum ?? []);
  return [names.join(` ${t("or")} `), ...bounds.map((each) => each.join(" ")), ...choices].join(", ");
}

function table(heads, rows) {
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, t(text))));
  const body = rows.map(([name, ...cells]) => make("tr", {},
    make("th", { scope: "row" }, make("code", {}, name)), ...cells.map((text) => make("td", {}, text))));
  const scroll = make("div", { className: "scroll", tabIndex: 0 },
    make("table", { className: "fields" }, make("thead", {}, head), make("tbody", {}, ...body)));
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", t(heads[0]));
  return scroll;
}

const fieldsOf = (object) => Object.entries(resolved(object).properties ?? {})
  .map(([name, field]) => [name, kind(field), field.description ?? ""]);

function answers(operation) {
  return Object.entries(operation.responses).map(([status, answer]) => {
    const content = Object.entries(answer.content ?? {});
    const shape = content.map(([type, { schema: part }]) => {
      const fields = fieldsOf(part).map(([name]) => name).join(", ");
      return fields ? `${type}: ${fields}` : type;
    }).join("; ");
    return [status, answer.description ?? "", shape];
  });
}

// Whether a model can be asked for an action.
function fits(model, action) {
  if (action === "generate") return model.generates;
  return action !== "reply" || model.turns > 0;
}

// A body to begin with.
function example(action) {
  const model = models.find((each) => fits(each, action));
  if (action === "generate") return { prompt: "", length: 20 };
  if (action === "reply") return { text: "Hello .", session: true };
  return model?.reads.includes("text") === false ? { inputs: [] } : { texts: ["A wonderful film."] };
}

function labelled(text, input) {
  return make("label", {}, make("span", {}, text), input);
}

// The form that asks an address, and where the answer is shown.
function trial(path, method, operation) {
  const action = path.split(":")[1] ?? "";
  const form = make("form", { className: "trial" });
  const inputs = (operation.parameters ?? []).map((parameter) => {
    const fitting = models.filter((each) => fits(each, action));
    const input = make("select", {}, ...fitting.map(({ name }) => new Option(name, name)));
    form.append(labelled(parameter.name, input));
    return [parameter.name, input];
  });
  const bodies = operation.requestBody?.content ?? {};
  let text = null, files = null;
  if (bodies[JSON_TYPE]) {
    text = make("textarea", { rows: 5, spellcheck: false, value: JSON.stringify(example(action), null, 2) });
    form.append(labelled(JSON_TYPE, text));
  }
  if (bodies[FORM_TYPE]) {
    files = make("input", { type: "file", multiple: true, className: "wide" });
    form.append(labelled(`${FORM_TYPE}: files`, files));
  }
  const status = make("p", { className: "told" });
  status.setAttribute("role", "status");
  const shown = make("pre", { hidden: true, tabIndex: 0 });
  shown.setAttribute("aria-label", t("Answer"));
  shown.setAttribute("role", "group");
  form.append(make("p", { className: "actions" }, make("button", { type: "submit" }, t("Send"))), status, shown);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    let address = path.slice(1); // beside this page, wherever a proxy has put it
    for (const [name, input] of inputs) address = address.replace(`{${name}}`, encodeURIComponent(input.value));
    send(address, method, text?.value, files?.files ?? [], status, shown);
  });
  return form;
}

async function send(address, method, text, files, status, shown) {
  const asked = { method: method.toUpperCase() };
  if (files.length) {
    asked.body = new FormData();
    for (const file of files) asked.body.append("files", file, file.name);
  } else if (text !== undefined) {
    asked.body = text;
    asked.headers = { "content-type": JSON_TYPE };
  }
  status.textContent = t("Working …");
  shown.hidden = true;
  try {
    const response = await fetch(address, asked);
    const body = await response.text();
    const later = response.headers.get("retry-after");
    status.textContent = `${response.status} ${response.headers.get("content-type") ?? ""}${later ? `; retry-after: ${later}` : ""}`;
    shown.textContent = indented(body, response.headers.get("content-type") ?? "");
    shown.hidden = false;
  } catch (error) {
    status.textContent = error.message;
  }
}

function indented(body, type) {
  if (!type.startsWith(JSON_TYPE)) return body;
  return JSON.stringify(JSON.parse(body), null, 2);
}

function section(path, method, operation) {
  const name = `${method.toUpperCase()} ${path}`;
  const title = make("summary", {}, make("code", {}, name), ` ${operation.description ?? operation.summary ?? ""}`);
  const parts = [title];
  for (const [type, { schema: part }] of Object.entries(operation.requestBody?.content ?? {})) {
    parts.push(make("h2", {}, `${t("Body")}: ${type}`), table(["Field", "Type", "Meaning"], fieldsOf(part)));
  }
  parts.push(make("h2", {}, t("Answers")), table(["Status", "Meaning", "Body"], answers(operation)));
  parts.push(make("h2", {}, t("Try it")), trial(path, method, operation));
  return make("details", { className: "address" }, ...parts);
}

async function start() {
  translate(document.documentElement);
  try {
    schema = await (await fetch("openapi.json")).json();
    models = (await (await fetch("v1/models")).json()).models;
  } catch (error) {
    document.getElementById("problem").textContent = `The server does not answer: ${error.message}`;
    return;
  }
  const sections = Object.entries(schema.paths).flatMap(([path, operations]) =>
    METHODS.filter((method) => operations[method]).map((method) => section(path, method, operations[method])));
  document.getElementById("addresses").replaceChildren(...sections);
}

start();
