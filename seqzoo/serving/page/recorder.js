// The microphone: a button that begins and ends a recording, how loud it is, and the WAV file of it.

import { Listener } from "./listener.js";
import { Resampler, wav } from "./samples.js";
import { t } from "./words.js";

const MOST = 60; // seconds
const QUIETEST = -60; // decibels at which the meter stands at nothing
const at = (id) => document.getElementById(id);
let current = null; // the recording under way

// Why there is none; it says what the user can do.
function excuse(error) {
  if (!navigator.mediaDevices?.getUserMedia) return t("A browser records on secure pages alone: open this one by https, or at localhost.");
  if (error.name === "NotFoundError") return t("There is no microphone. Choose a file instead.");
  if (error.name === "NotAllowedError") return t("The browser does not allow the microphone. Allow it, or choose a file.");
  return `${t("The microphone cannot be used.")} ${error.message}`;
}

class Recording {
  constructor(model) {
    this.model = model;
    this.most = Math.min(MOST, model.max_seconds ?? MOST);
    this.pieces = [];
    this.count = 0;
    this.over = false;
  }

  async begin() {
    const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true };
    this.stream = await navigator.mediaDevices.getUserMedia({ audio });
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule("recorder-worklet.js");
    if (this.over) return this.release();
    this.rate = this.model.rate ?? this.context.sampleRate;
    this.resampler = new Resampler(this.context.sampleRate, this.rate);
    this.node = new AudioWorkletNode(this.context, "recorder", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.node.port.onmessage = ({ data }) => this.take(data);
    this.context.createMediaStreamSource(this.stream).connect(this.node);
    if (this.model.streams) this.listener = new Listener(this.model, hear);
  }

  take(samples) {
    if (this.over) return;
    const left = Math.floor(this.most * this.rate) - this.count;
    const piece = this.resampler.feed(samples).subarray(0, left);
    this.keep(piece);
    show(samples, this.count / this.rate, this.most);
    if (piece.length === left) stop();
  }

  keep(piece) {
    this.pieces.push(piece);
    this.count += piece.length;
    this.listener?.hear(piece);
  }

  // The file; of a recording that is given up, nothing.
  end(wanted) {
    this.over = true;
    this.release();
    if (!wanted || !this.resampler) return this.listener?.close();
    const left = Math.floor(this.most * this.rate) - this.count;
    this.keep(this.resampler.finish().subarray(0, left));
    this.listener?.end();
    return wav(this.pieces, this.rate);
  }

  release() {
    this.stream?.getTracks().forEach((track) => track.stop());
    if (this.context && this.context.state !== "closed") this.context.close();
  }
}

function hear({ transcript, error }) {
  if (error) at("heard").textContent = `${t("No words while you speak:")} ${error}`;
  else at("heard").textContent = transcript;
}

function show(samples, seconds, most) {
  const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length;
  at("level").value = Math.max(0, 1 - (10 * Math.log10(power + 1e-12)) / QUIETEST);
  at("clock").textContent = `${seconds.toFixed(1)} / ${most} s`;
}

function shown(active) {
  at("record").textContent = t(active ? "Stop" : "Record");
  at("level").hidden = at("clock").hidden = !active;
  at("level").value = 0;
  at("clock").textContent = "";
}

async function start(model) {
  const own = new Recording(model);
  current = own;
  at("problem").textContent = at("heard").textContent = at("status").textContent = "";
  shown(true);
  try {
    await own.begin();
  } catch (error) {
    own.release();
    if (current !== own) return;
    current = null;
    shown(false);
    at("problem").textContent = excuse(error);
  }
}

// Ends the recording, and asks the model for it as for a file that was chosen.
function stop() {
  const file = current.end(true);
  current = null;
  shown(false);
  if (!file) return;
  const chosen = new DataTransfer();
  chosen.items.add(file);
  at("file").files = chosen.files;
  at("form").requestSubmit();
}

// Gives up the recording under way; shows the button if the model hears.
export function offerRecording(model) {
  current?.end(false);
  current = null;
  shown(false);
  at("heard").textContent = "";
  at("recording").hidden = !model.reads.includes("audio");
}

export function setUpRecording(chosen) {
  at("record").addEventListener("click", () => (current ? stop() : start(chosen())));
}

// A file that is dropped on the page is asked at once.
export function setUpDrops(takes) {
  const carries = (event) => takes() && event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!carries(event)) return;
    event.preventDefault();
    at("file").files = event.dataTransfer.files;
    at("form").requestSubmit();
  });
}
