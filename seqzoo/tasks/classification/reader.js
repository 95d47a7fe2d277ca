// From a text to the probability of each label.
import { Bag } from "./bag.js";
import { Texts } from "./texts.js";

export class Reader {
  constructor(model) {
    this.texts = new Texts(model);
    this.labels = model.lines("labels.txt");
    this.run = model.run;
    // From which probability on a label is given, where a text may have several.
    this.thresholds = model.values.thresholds;
    // Of two classes: one, and the probability from which on it is the answer.
    this.decision = model.values.decision;
    // That the network's answers are averaged with.
    this.bag = model.values.average_with_bag ? new Bag(model.bytes("bag.bin")) : null;
  }

  // `text`, `label` (or `labels`), and `probabilities`, label -> number.
  async answer(text) {
    const { label } = await this.run("model", { tokens: this.texts.encode(text) });
    const shares = this.bag ? this.bag.averaged(label.data, this.texts.tokens(text)) : [...label.data];
    const probabilities = Object.fromEntries(this.labels.map((name, i) => [name, shares[i]]));
    if (this.thresholds) {
      const labels = this.labels.filter((_, i) => shares[i] >= this.thresholds[i]);
      return { text, labels, probabilities };
    }
    let best = shares.indexOf(Math.max(...shares));
    if (this.decision) {
      const place = this.labels.indexOf(this.decision.label);
      best = shares[place] >= this.decision.least ? place : 1 - place;
    }
    return { text, label: this.labels[best], probabilities };
  }
}
