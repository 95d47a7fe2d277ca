// The model in a thread of its own, so that the page goes on while it computes.
import { load } from "./seqzoo.js";

const loading = load();
loading.then(({ about }) => postMessage({ about }), (error) => postMessage({ problem: error.message }));

onmessage = async ({ data: { number, texts } }) => {
  const model = await loading.catch(() => null); // the page has been told why
  if (!model) return;
  const answers = [];
  for (const text of texts) {
    answers.push(await model.answer(text).catch((error) => ({ text, problem: error.message })));
  }
  postMessage({ number, answers });
};
