// Hands over what the microphone gives, in pieces of 2,048 samples.

const SIZE = 2048;

class Recorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Float32Array(SIZE);
    this.filled = 0;
  }

  process([channels]) {
    const samples = channels[0];
    if (!samples) return true; // the microphone is not there yet
    this.piece.set(samples, this.filled); // 128 at a time, of which SIZE is a multiple
    this.filled += samples.length;
    if (this.filled === SIZE) {
      this.port.postMessage(this.piece);
      this.piece = new Float32Array(SIZE);
      this.filled = 0;
    }
    return true;
  }
}

registerProcessor("recorder", Recorder);
