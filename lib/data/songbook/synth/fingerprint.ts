import { createHash } from "node:crypto";
import { songSeconds } from "../music/score";
import { drumPieces } from "../music/styles";
import type { Expression, MusicPlan } from "../types";
import { instrumentNames } from "../words/lexicon";
import { drumSound } from "./drums";
import { renderSong } from "./render";
import { sampleRate } from "./tables";
import { playNote } from "./voices";

const expression: Expression = {
  loudness: 0.6,
  brightness: 0.5,
  register: 0.5,
  legato: 0.6,
  density: 0.6,
  dissonance: 0.3,
  drive: 0.4,
  space: 0.5,
  contour: 0.2,
  swell: 0.3,
};

const plan: MusicPlan = {
  seed: 1,
  style: "rock",
  mode: "minor",
  tonic: 2,
  tempo: 120,
  beatsPerBar: 4,
  progression: [0, 5, 2, 6],
  lead: "violin",
  harmony: "guitar",
  singer: true,
  bass: true,
  drums: 0.8,
  accompaniment: "strummed",
  expression,
  detune: 5,
  looseness: 0.01,
  background: 0.002,
};

/**
 * A short name for how the synthesiser sounds: the bytes of a note of every instrument, a stroke of every drum and one song.
 * Where it changes, audio and spectrograms that were kept are of other songs.
 */
export function soundFingerprint(): string {
  const hash = createHash("sha256");
  const add = (samples: Float32Array) => hash.update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  for (const player of [...instrumentNames, "voice"] as const) {
    const out = new Float32Array(sampleRate / 2);
    playNote(out, player, { start: 0, duration: 0.3, pitch: 62, velocity: 0.7 }, expression, 1);
    add(out);
  }
  for (const piece of drumPieces) add(drumSound(piece));
  add(renderSong(plan));
  return hash.update(String(songSeconds)).digest("hex").slice(0, 12);
}
