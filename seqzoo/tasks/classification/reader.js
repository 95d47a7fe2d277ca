// From a text to the probability of each label.
import { Bag } from "./bag.js";
import { Texts } from "./texts.js";

export class Reader {
  constructor(model) {
    this.texts = new Texts(model);
    this.labels = model.lines("labels.txt");
    this.run = model.run;
    // That the network's answers are averaged with.
    this.bag = model.values.average_with_bag ? new Bag(model.bytes("bag.bin")) : null;
  }

  // `text`, `label`, and `probabilities`, label -> number.
  async answer(text) {
    const { label } = await this.run("model", { tokens: this.texts.encode(text) });
    const shares = this.bag ? this.bag.averaged(label.data, this.texts.tokens(text)) : [...label.data];
    const best = shares.indexOf(Math.max(...shares));
    const probabilities = Object.fromEntries(this.labels.map((name, i) => [name, shares[i]]));
    return { text, label: this.labels[best], probabilities };
  }
}
