// Sends samples to a model that hears them as they come, and tells the words so far.

import { pcm } from "./samples.js";

export class Listener {
  // `tell` is called with each answer; its `error` is why there are no more.
  constructor(model, tell) {
    const address = new URL(`v1/models/${encodeURIComponent(model.name)}:stream`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.socket = new WebSocket(address);
    this.socket.binaryType = "arraybuffer";
    this.early = []; // what comes before the connection stands
    this.socket.addEventListener("open", () => {
      for (const each of this.early.splice(0)) this.socket.send(each);
    });
    this.socket.addEventListener("message", ({ data }) => tell(JSON.parse(data)));
    this.socket.addEventListener("error", () => tell({ error: "the server does not answer" }));
  }

  hear(samples) {
    if (samples.length) this.send(pcm(samples));
  }

  end() {
    this.send("end");
  }

  close() {
    this.socket.close();
  }

  send(content) {
    if (this.socket.readyState === WebSocket.CONNECTING) this.early.push(content);
    else if (this.socket.readyState === WebSocket.OPEN) this.socket.send(content);
  }
}
