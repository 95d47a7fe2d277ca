// The model in a thread of its own, so that the page goes on while it computes.
import { load } from "./seqzoo.js";

const loading = load();
loading.then(({ about }) => postMessage({ about }), (error) => postMessage({ problem: error.message }));

onmessage = async ({ data: texts }) => {
  const model = await loading; // the page asks only once it is there
  const answers = [];
  for (const text of texts) {
    answers.push(await model.answer(text).catch((error) => ({ text, problem: error.message })));
  }
  postMessage({ answers });
};
