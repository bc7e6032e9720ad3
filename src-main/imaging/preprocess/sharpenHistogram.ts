/**
 * Sharpening of a histogram of log intensities: shading blurs it, as if by a normal distribution; deconvolved (Wiener) it
 * gives for each intensity the one to expect without shading (Sled, Zijdenbos & Evans 1998, IEEE Trans. Med. Imaging 17:87).
 */
export interface SharpeningSettings {
  /** Full width at half maximum of the shading's distribution of log intensities. */
  readonly fwhm: number;
  /** Noise term of the Wiener filter. */
  readonly noise: number;
  readonly bins: number;
}

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** In place, of a power of two: radix 2 (Cooley & Tukey 1965, Math. Comput. 19:297); `sign` −1 forward, 1 back (unscaled). */
function transform({ re, im }: Complex, sign: 1 | -1): void {
  const n = re.length;
  for (let at = 1, mirror = 0; at < n; at++) {
    let bit = n >> 1;
    for (; (mirror & bit) !== 0; bit >>= 1) mirror ^= bit;
    mirror ^= bit;
    if (at >= mirror) continue;
    [re[at], re[mirror]] = [re[mirror]!, re[at]!];
    [im[at], im[mirror]] = [im[mirror]!, im[at]!];
  }
  for (let half = 1; half < n; half *= 2) {
    for (let k = 0; k < half; k++) {
      const angle = (sign * Math.PI * k) / half;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let low = k; low < n; low += 2 * half) {
        const high = low + half;
        const x = re[high]! * cos - im[high]! * sin;
        const y = re[high]! * sin + im[high]! * cos;
        re[high] = re[low]! - x;
        im[high] = im[low]! - y;
        re[low]! += x;
        im[low]! += y;
      }
    }
  }
}

function spectrumOf(values: Float64Array): Complex {
  const spectrum = { re: Float64Array.from(values), im: new Float64Array(values.length) };
  transform(spectrum, -1);
  return spectrum;
}

/** Real part of what has the spectrum `of` · `filter`, `filter` real. */
function filtered(of: Complex, filter: Float64Array): Float64Array {
  const n = filter.length;
  const product = {
    re: of.re.map((value, at) => value * filter[at]!),
    im: of.im.map((value, at) => value * filter[at]!),
  };
  transform(product, 1);
  return product.re.map((value) => value / n);
}

/** Normal density of the shading, wrapped around the ends, as a spectrum (real, since it is symmetric). */
function shadingSpectrum(size: number, fwhmBins: number): Float64Array {
  const exponent = (4 * Math.LN2) / fwhmBins ** 2;
  const scale = (2 * Math.sqrt(Math.LN2 / Math.PI)) / fwhmBins;
  const density = Float64Array.from(
    { length: size },
    (_, at) => scale * Math.exp(-exponent * Math.min(at, size - at) ** 2),
  );
  return spectrumOf(density).re;
}

/**
 * The expected log intensity without shading for each of `values` (where `confidence` is above 0; 0 elsewhere), all of
 * which may be equal.
 */
export function sharpen(
  values: Float64Array,
  confidence: Float32Array,
  { fwhm, noise, bins }: SharpeningSettings,
): Float64Array {
  let [low, high] = [Infinity, -Infinity];
  for (let index = 0; index < values.length; index++) {
    if (confidence[index] === 0) continue;
    low = Math.min(low, values[index]!);
    high = Math.max(high, values[index]!);
  }
  const slope = (high - low) / (bins - 1);
  if (!(slope > 0)) return values.map((value, index) => (confidence[index] === 0 ? 0 : value));

  const size = 2 ** (Math.ceil(Math.log2(bins)) + 1);
  const offset = (size - bins) >> 1;
  const histogram = new Float64Array(size);
  for (let index = 0; index < values.length; index++) {
    const weight = confidence[index]!;
    if (weight === 0) continue;
    const place = (values[index]! - low) / slope;
    const bin = Math.min(bins - 2, Math.floor(place));
    histogram[offset + bin]! += weight * (bin + 1 - place);
    histogram[offset + bin + 1]! += weight * (place - bin);
  }
  const shading = shadingSpectrum(size, fwhm / slope);
  const wiener = shading.map((value) => value / (value * value + noise));
  const sharp = filtered(spectrumOf(histogram), wiener).map((count) => Math.max(0, count));
  const weighted = sharp.map((count, at) => count * (low + (at - offset) * slope));
  const above = filtered(spectrumOf(weighted), shading);
  const below = filtered(spectrumOf(sharp), shading);
  const expected = above.map((value, at) => (below[at] === 0 ? 0 : value / below[at]!));

  return values.map((value, index) => {
    if (confidence[index] === 0) return 0;
    const place = (value - low) / slope;
    const bin = Math.min(bins - 2, Math.floor(place));
    const share = place - bin;
    return expected[offset + bin]! * (1 - share) + expected[offset + bin + 1]! * share;
  });
}
