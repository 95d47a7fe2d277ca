// The answer's numbers, one below the other.
import { make } from "../elements.js";

function show(answer) {
  const rows = Object.entries(answer).map(([name, value]) => make("p", "", `${name}: ${value}`));
  return make("div", "", ...rows);
}

export const views = {
  loudness: { hint: "Sounds, one a file.", go: "Rate", whole: true, show },
  brightness: { hint: "Pictures, PNG or JPEG files.", go: "Rate", whole: true, show },
  dictation: { hint: "Sounds, one a file.", go: "Write", whole: true, show },
  steepness: { hint: "Tables: CSV files, or rows of numbers.", go: "Rate", whole: true, show },
};
