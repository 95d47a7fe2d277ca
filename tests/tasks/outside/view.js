// The answer's numbers, one below the other.
import { make } from "../elements.js";

function show(answer) {
  const rows = Object.entries(answer).map(([name, value]) => make("p", "", `${name}: ${value}`));
  return make("div", "", ...rows);
}

export const views = {
  loudness: { hint: "Sounds, WAV files.", go: "Rate", whole: true, show },
  brightness: { hint: "Pictures, PNG or JPEG files.", go: "Rate", whole: true, show },
  dictation: { hint: "Sounds, WAV files.", go: "Write", whole: true, show },
  steepness: { hint: "Tables: CSV files, or rows of numbers.", go: "Rate", whole: true, show },
};
