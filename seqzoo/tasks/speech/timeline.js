// A sound over time: its wave, its spectrum, and how likely each symbol is at each step.
import { make } from "../elements.js";
import { drawSpectrum } from "./spectrum.js";

const HIGHEST = 16000; // hertz to which a sound is brought to be drawn
const SCALE = 160; // pixels a second at least
const COLUMNS = 2000; // of the wave
const LEAST = 0.4; // probability of a symbol that has a letter
const SVG = "http://www.w3.org/2000/svg";
const HUE = 137.5; // degrees from one symbol's colour to the next one's

function drawing(className, width, ...paths) {
  const element = document.createElementNS(SVG, "svg");
  element.setAttribute("class", className);
  element.setAttribute("viewBox", `0 0 ${width} 1`);
  element.setAttribute("preserveAspectRatio", "none");
  element.append(...paths);
  return element;
}

function path(className, points, hue = null) {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("class", className);
  element.setAttribute("d", `M${points.map((point) => point.map((each) => +each.toFixed(4)).join(" ")).join("L")}`);
  if (hue !== null) element.style.setProperty("--hue", hue);
  return element;
}

// The samples of a file, of one channel.
async function samplesOf(file) {
  const content = await file.arrayBuffer();
  const said = new DataView(content).getUint32(24, true); // of most WAV files
  const rate = said >= 8000 && said <= HIGHEST ? said : HIGHEST;
  const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(content);
  return { samples: sound.getChannelData(0), rate, seconds: sound.duration };
}

function wave(samples) {
  const columns = Math.min(COLUMNS, samples.length);
  const loudest = samples.reduce((most, each) => Math.max(most, Math.abs(each)), 1e-6);
  const [above, below] = [[], []];
  for (let column = 0; column < columns; column += 1) {
    const begin = Math.floor((column * samples.length) / columns);
    const piece = samples.subarray(begin, Math.floor(((column + 1) * samples.length) / columns));
    let [least, most] = [0, 0];
    for (const each of piece) {
      least = Math.min(least, each);
      most = Math.max(most, each);
    }
    above.push([column, 0.5 - (0.48 * most) / loudest]);
    below.push([column, 0.5 - (0.48 * least) / loudest]);
  }
  return drawing("wave", columns, path("", [...above, ...below.reverse()]));
}

// A line a symbol, in its own colour; the blank's is thin. What is not likely at all lies below the edge.
function spikes({ symbols, values }, steps) {
  const lines = symbols.map((symbol, i) => {
    const points = values.map((step, x) => [x + 0.5, 1.02 - 0.97 * step[i]]);
    const base = [[0, 1.02], ...points, [values.length, 1.02]];
    return symbol === "" ? path("blank", points) : path("spike", base, Math.round(i * HUE) % 360);
  });
  return drawing("spikes", steps, ...lines);
}

// Where each symbol of a transcript is likeliest: [symbol's number, step] of each run of steps that it wins.
export function peaks({ symbols, values }) {
  const found = [];
  let last = -1;
  values.forEach((step, x) => {
    const best = step.reduce((most, each, i) => (each > step[most] ? i : most), 0);
    const run = found.at(-1);
    if (best === last && run?.symbol === best) {
      if (step[best] > values[run.step][best]) run.step = x;
    } else if (symbols[best] !== "" && step[best] >= LEAST) {
      found.push({ symbol: best, step: x });
    }
    last = best;
  });
  return found;
}

function letters(posteriors, steps) {
  const row = make("div", "letters");
  for (const { symbol, step } of peaks(posteriors)) {
    const sign = posteriors.symbols[symbol];
    const letter = make("span", "letter", sign === " " ? "\u2423" : sign);
    letter.style.left = `${(100 * (step + 0.5)) / steps}%`;
    letter.style.setProperty("--hue", Math.round(symbol * HUE) % 360);
    row.append(letter);
  }
  return row;
}

function axis(seconds) {
  const row = make("div", "seconds");
  for (let second = 0; second < seconds; second += 1) {
    const mark = make("span", "", `${second} s`);
    mark.style.left = `${(100 * second) / seconds}%`;
    row.append(mark);
  }
  return row;
}

// The pictures of an answer, and `at(seconds)` and `band(word)`, which mark a place and a piece of them.
export function timeline(answer, file, told) {
  const { posteriors } = answer;
  const place = make("div", "place");
  const band = make("div", "band");
  band.hidden = place.hidden = true;
  const pictures = make("div", "pictures", band, place);
  pictures.setAttribute("role", "img");
  pictures.setAttribute("aria-label", told.label);
  const scroll = make("div", "scroll timeline", pictures);
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", told.label);
  const spoken = posteriors ? posteriors.values.length * posteriors.seconds_per_step : 0;
  let whole = spoken;

  const draw = (seconds, ...first) => {
    whole = Math.max(seconds, 0.01);
    pictures.style.minWidth = `${Math.round(SCALE * whole)}px`;
    const rows = [...first];
    if (posteriors) {
      const steps = whole / posteriors.seconds_per_step; // the last may reach beyond the sound
      rows.push(spikes(posteriors, steps), letters(posteriors, steps));
    }
    pictures.replaceChildren(...rows, axis(whole), band, place);
  };
  const left = (seconds) => `${Math.min(100, (100 * seconds) / whole)}%`;
  draw(spoken);
  if (file) {
    samplesOf(file).then(({ samples, rate, seconds }) => {
      const canvas = make("canvas", "spectrum");
      drawSpectrum(canvas, samples, rate);
      draw(seconds, wave(samples), canvas);
    }).catch(() => scroll.before(make("p", "hint", told.failed)));
  }
  return {
    element: scroll,
    at(seconds) {
      place.hidden = seconds === null;
      place.style.left = left(seconds ?? 0);
    },
    band(word) {
      band.hidden = !word;
      if (word) {
        band.style.left = left(word.start);
        band.style.width = `${(100 * (word.end - word.start)) / whole}%`;
      }
    },
  };
}
