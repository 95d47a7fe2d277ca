// The spectrum of sound over time, by a Fourier transform of our own.

const SIZE = 512; // samples of a window
const BINS = SIZE / 2;
const RANGE = 70; // decibels below the loudest that are shown
const MOST = 4000; // columns of a picture
// Colours from silence to the loudest: red, green, blue.
const COLOURS = [[9, 12, 33], [52, 35, 110], [134, 44, 117], [214, 84, 84], [246, 163, 83], [253, 238, 179]];

const WINDOW = Float64Array.from({ length: SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (SIZE - 1)));

// The Fourier transform in place (Cooley and Tukey 1965); the length is a power of two.
export function transform(real, imaginary) {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i += 1) { // each to the place of its bits in reverse
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    const half = length / 2;
    for (let k = 0; k < half; k += 1) {
      const cosine = Math.cos((-2 * Math.PI * k) / length);
      const sine = Math.sin((-2 * Math.PI * k) / length);
      for (let one = k; one < size; one += length) {
        const other = one + half;
        const re = real[other] * cosine - imaginary[other] * sine;
        const im = real[other] * sine + imaginary[other] * cosine;
        real[other] = real[one] - re;
        imaginary[other] = imaginary[one] - im;
        real[one] += re;
        imaginary[one] += im;
      }
    }
  }
}

// Decibels of each bin in turn, a column after the other.
function decibels(samples, columns) {
  const found = new Float32Array(columns * BINS);
  for (let column = 0; column < columns; column += 1) {
    const begin = Math.round(((column + 0.5) * samples.length) / columns - SIZE / 2);
    const real = Float64Array.from(WINDOW, (weight, i) => weight * (samples[begin + i] ?? 0));
    const imaginary = new Float64Array(SIZE);
    transform(real, imaginary);
    for (let bin = 0; bin < BINS; bin += 1) {
      const power = real[bin] ** 2 + imaginary[bin] ** 2;
      found[column * BINS + bin] = 10 * Math.log10(power + 1e-12);
    }
  }
  return found;
}

function colour(share) {
  const place = Math.max(0, Math.min(0.9999, share)) * (COLOURS.length - 1);
  const [one, other] = [COLOURS[Math.floor(place)], COLOURS[Math.floor(place) + 1]];
  return one.map((value, i) => value + (place % 1) * (other[i] - value));
}

// Draws samples: time to the right, low tones below.
export function drawSpectrum(canvas, samples, rate) {
  const columns = Math.max(1, Math.min(MOST, Math.round((samples.length / rate) * 200)));
  const levels = decibels(samples, columns);
  const loudest = levels.reduce((most, each) => Math.max(most, each), -120);
  canvas.width = columns;
  canvas.height = BINS;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(columns, BINS);
  for (let column = 0; column < columns; column += 1) {
    for (let bin = 0; bin < BINS; bin += 1) {
      const share = 1 + (levels[column * BINS + bin] - loudest) / RANGE;
      const at = 4 * ((BINS - 1 - bin) * columns + column);
      picture.data.set([...colour(share), 255], at);
    }
  }
  context.putImageData(picture, 0, 0);
}
