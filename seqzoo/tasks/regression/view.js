// The number, large.
import { make, said } from "../elements.js";

function show(answer) {
  const number = make("p", "best", Number(answer.value.toPrecision(4)).toString());
  return make("div", "", said(answer.text), number);
}

export const views = {
  regression: { hint: "One text.", go: "Predict", whole: true, show },
};
