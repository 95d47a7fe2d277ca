// A story line by line and a question; beside each sentence, how much each hop read of it.
import { heat, make, percent } from "../elements.js";
import { t } from "../../words.js";

const BEGIN = ["Mary got the milk there.", "John moved to the bedroom.", "Mary travelled to the hallway."];
const ASK = "Where is the milk?";

function field(tag, name, value, attributes) {
  const input = make(tag, "");
  Object.assign(input, { value, ...attributes });
  return [input, make("label", "", t(name), input)];
}

// The form's own text is the JSON that is asked.
function controls() {
  const [story, first] = field("textarea", "Story, a sentence a line", BEGIN.join("\n"), { rows: 6 });
  const [question, second] = field("input", "Question", ASK, { type: "text" });
  const write = () => {
    const lines = story.value.split("\n").map((line) => line.trim()).filter(Boolean);
    document.getElementById("text").value = JSON.stringify({ story: lines, question: question.value });
  };
  for (const each of [story, question]) each.addEventListener("input", write);
  write();
  return make("div", "story", first, second);
}

function cell(share, hop) {
  const element = make("td", "", percent(share));
  element.style.background = heat(share);
  element.title = `${t("hop")} ${hop}`;
  return element;
}

function show(answer) {
  const said = make("p", "best", `${answer.answer} `, make("small", "", percent(answer.prob)));
  said.dir = "auto";
  const article = make("article", "", said);
  if (answer.unknown) article.append(make("p", "unfamiliar", `${t("Words that it never read")}: ${answer.unknown.join(", ")}`));
  if (answer.unread) article.append(make("p", "unfamiliar", `${t("Old sentences that it did not read")}: ${answer.unread}`));
  if (!answer.attention) return article;
  const hops = answer.attention.map((_, i) => make("th", "", `${t("hop")} ${i + 1}`));
  const head = make("tr", "", make("th", "", answer.question), ...hops);
  const rows = answer.story.map((sentence, i) =>
    make("tr", "", make("td", "", sentence), ...answer.attention.map((shares, hop) => cell(shares[i], hop + 1))));
  article.append(make("table", "hops", make("thead", "", head), make("tbody", "", ...rows)));
  return article;
}

export const views = {
  stories: { hint: "A story, and a question about it.", go: "Answer", asks: { attention: true }, controls, show },
};
