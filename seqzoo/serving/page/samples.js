// Samples of sound: at another rate, as 16 bit numbers, as a WAV file.

const CROSSINGS = 16; // of the sinc to either side

// Takes samples in pieces and gives them at another rate; what the new rate cannot carry is filtered out.
export class Resampler {
  constructor(from, to) {
    this.step = from / to;
    this.cutoff = Math.min(1, to / from);
    this.reach = Math.ceil(CROSSINGS / this.cutoff);
    this.waiting = new Float32Array(this.reach); // silence before the beginning
    this.place = this.reach; // of the next sample given, among those that wait
  }

  feed(samples) {
    if (this.step === 1) return samples;
    const all = new Float32Array(this.waiting.length + samples.length);
    all.set(this.waiting);
    all.set(samples, this.waiting.length);
    const given = [];
    while (this.place + this.reach < all.length) {
      given.push(this.at(all, this.place));
      this.place += this.step;
    }
    const unused = Math.max(0, Math.floor(this.place) - this.reach);
    this.waiting = all.slice(unused);
    this.place -= unused;
    return Float32Array.from(given);
  }

  finish() {
    return this.feed(new Float32Array(this.reach));
  }

  // A sinc under a window of Hann.
  at(samples, place) {
    let sum = 0;
    for (let i = Math.ceil(place - this.reach); i <= place + this.reach; i += 1) {
      const away = place - i;
      const x = Math.PI * away * this.cutoff;
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      sum += samples[i] * sinc * (0.5 + 0.5 * Math.cos((Math.PI * away) / this.reach));
    }
    return sum * this.cutoff;
  }
}

// 16 bit numbers, little-endian whatever the machine is.
export function pcm(samples) {
  const view = new DataView(new ArrayBuffer(2 * samples.length));
  samples.forEach((sample, i) => {
    view.setInt16(2 * i, Math.max(-32768, Math.min(32767, Math.round(32768 * sample))), true);
  });
  return view.buffer;
}

// A WAV file of one channel, of pieces of samples.
export function wav(pieces, rate) {
  const data = pieces.map(pcm);
  const size = data.reduce((sum, each) => sum + each.byteLength, 0);
  const header = new DataView(new ArrayBuffer(44));
  const text = (at, name) => [...name].forEach((sign, i) => header.setUint8(at + i, sign.charCodeAt(0)));
  text(0, "RIFF");
  header.setUint32(4, 36 + size, true);
  text(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true); // whole numbers
  header.setUint16(22, 1, true); // channel
  header.setUint32(24, rate, true);
  header.setUint32(28, 2 * rate, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  text(36, "data");
  header.setUint32(40, size, true);
  return new File([header, ...data], "recording.wav", { type: "audio/wav" });
}
