// The model of this folder: `const model = await load(); await model.predict(["..."])`, a list of answers as in Python.
import * as ort from "./runtime/ort.js";
import { Reader } from "./reader.js";
import { Characters } from "./characters.js";

const place = (name) => new URL(name, import.meta.url).href;

// One thread: more would need headers that a plain static server does not send.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: place("runtime/ort.wasm") };

async function bytes(name) {
  const response = await fetch(place(name));
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

const text = async (name) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await bytes(name));
const json = async (name) => JSON.parse(await text(name));

// Runs a network on an array for each of its inputs: output's name -> `{ type, data, dims }`. A list is one row of ids.
async function network(name) {
  const session = await ort.InferenceSession.create(new Uint8Array(await bytes(`${name}.onnx`)));
  const tensor = (given) => (Array.isArray(given)
    ? new ort.Tensor("int32", Int32Array.from(given), [1, given.length])
    : new ort.Tensor(given.type, given.data, given.dims));
  return (inputs) => session.run(Object.fromEntries(Object.entries(inputs).map(([input, given]) => [input, tensor(given)])));
}

// As Python refuses it, too: such a string is no text.
function checked(given) {
  if (typeof given !== "string") throw new Error(`expected a string; got ${typeof given}`);
  const nul = given.indexOf("\0");
  if (nul >= 0) throw new Error(`a NUL character at ${Array.from(given.slice(0, nul)).length + 1}; expected text`);
  return given;
}

// Options of an answer, which most tasks have not.
function known(options) {
  const names = Reader.OPTIONS ?? [];
  const other = Object.keys(options).find((name) => !names.includes(name));
  if (other !== undefined) throw new Error(`${other}: expected an option (${names.join(", ") || "none"})`);
  return options;
}

export async function load() {
  const [about, tables] = await Promise.all([json("model.json"), json("characters.json")]);
  const contents = Object.fromEntries(await Promise.all(about.files.map(async (name) => [name, await text(name)])));
  const arrays = Object.fromEntries(await Promise.all(about.binary.map(async (name) => [name, new Uint8Array(await bytes(name))])));
  const networks = {};
  for (const name of about.networks) networks[name] = await network(name);
  const { values, patterns } = about;
  const reader = new Reader({
    values,
    patterns,
    characters: new Characters(tables),
    lines: (name) => contents[name].split("\n").slice(0, -1),
    bytes: (name) => arrays[name],
    run: (name, inputs) => networks[name](inputs),
  });
  const answer = async (each, options = {}) => reader.answer(checked(each), known(options));
  const predict = async (texts, options = {}) => {
    const answers = [];
    for (const each of texts) answers.push(await answer(each, options)); // a session runs one input at a time
    return answers;
  };
  return { about, answer, predict };
}
