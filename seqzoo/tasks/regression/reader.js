// From a text to a number.
import { Texts } from "./texts.js";

export class Reader {
  constructor(model) {
    this.texts = new Texts(model);
    this.values = model.values;
    this.run = model.run;
  }

  // `text` and `value`, in the unit of the training numbers.
  async answer(text) {
    const { value } = await this.run("model", { tokens: this.texts.encode(text) });
    return { text, value: this.values.mean + this.values.deviation * value.data[0] };
  }
}
