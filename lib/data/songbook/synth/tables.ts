/** Samples a second of everything this synthesiser makes. */
export const sampleRate = 16_000;

/** Samples in one cycle of a wavetable; one more is stored, a copy of the first, so that interpolation never wraps. */
export const tableSize = 1024;

const bandSemitones = 6;
const lowestPitch = 21;
const bandCount = 15;

/** Strength of a harmonic: its number (1 = fundamental) and its frequency in Hz. */
export type Spectrum = (harmonic: number, hertz: number) => number;

/** One table per half octave, each with the harmonics that fit below the Nyquist frequency. */
export type WaveTables = readonly Float32Array[];

export const sine: Float32Array = Float32Array.from({ length: tableSize + 1 }, (_, i) => Math.sin((2 * Math.PI * i) / tableSize));

/** Frequency in Hz of a MIDI pitch. */
export const hertz = (pitch: number) => 440 * 2 ** ((pitch - 69) / 12);

/** Builds the tables of one spectrum, every table at RMS 0.25. */
export function waveTables(spectrum: Spectrum): WaveTables {
  return Array.from({ length: bandCount }, (_, band) => {
    const top = hertz(lowestPitch + bandSemitones * (band + 1));
    const middle = hertz(lowestPitch + bandSemitones * (band + 0.5));
    const harmonics = Math.max(1, Math.min(48, Math.floor((0.46 * sampleRate) / top)));
    return cycle(harmonics, (n) => spectrum(n, n * middle));
  });
}

/** The table for a pitch. */
export function tableFor(tables: WaveTables, pitch: number): Float32Array {
  const band = Math.floor((pitch - lowestPitch) / bandSemitones);
  return tables[Math.min(bandCount - 1, Math.max(0, band))]!;
}

function cycle(harmonics: number, strength: (n: number) => number): Float32Array {
  const table = new Float32Array(tableSize + 1);
  let power = 0;
  for (let n = 1; n <= harmonics; n++) {
    const amplitude = strength(n);
    power += (amplitude * amplitude) / 2;
    // Phases spread by n² keep the peaks of a bright wave low.
    const phase = (n * n * 37) % tableSize;
    for (let i = 0; i < tableSize; i++) table[i]! += amplitude * sine[(n * i + phase) % tableSize]!;
  }
  const scale = 0.25 / Math.sqrt(power);
  for (let i = 0; i < tableSize; i++) table[i]! *= scale;
  table[tableSize] = table[0]!;
  return table;
}

/** White noise in -1..1 from a 32-bit xorshift: integers only, the same everywhere. */
export function fillNoise(out: Float32Array, seed: number): Float32Array {
  let state = seed | 0 || 0x9e3779b9;
  for (let i = 0; i < out.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out[i] = state / 0x80000000;
  }
  return out;
}

/** A second or so of shared noise, read from any offset. */
export const noiseTable: Float32Array = fillNoise(new Float32Array(1 << 15), 20231207);
