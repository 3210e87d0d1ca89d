import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  compose,
  type Instrument,
  instrumentNames,
  type MusicPlan,
  makeSong,
  renderSong,
  sampleRate,
} from "alcap/dist/data/songbook";
import { hertz } from "alcap/dist/data/songbook/synth/tables";
import { playNote } from "alcap/dist/data/songbook/synth/voices";

const options = { seed: 7, songs: 400, testSongs: 48, agreement: 0.5, noise: 0.3 };
const plans = Array.from({ length: 24 }, (_, i) => makeSong(options, i).music);
const hash = (samples: Float32Array) =>
  createHash("sha256")
    .update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
    .digest("hex");

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}

/** Power of a signal at a frequency in Hz (Goertzel). */
function powerAt(samples: Float32Array, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / sampleRate);
  let [before, last] = [0, 0];
  for (const x of samples) [before, last] = [last, x + coefficient * last - before];
  return last * last + before * before - coefficient * last * before;
}

test("a song is 15 s at 16 kHz, finite, below full scale and neither silent nor crushed", () => {
  for (const plan of plans) {
    const audio = renderSong(plan);
    assert.equal(audio.length, 240_000);
    const peak = audio.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    assert.ok(Number.isFinite(peak) && peak > 0.02 && peak <= 1, `peak ${peak}`);
    const level = 20 * Math.log10(rms(audio));
    assert.ok(level > -36 && level < -10, `${level} dB`);
    assert.ok(Math.abs(audio.reduce((sum, x) => sum + x, 0) / audio.length) < 0.005, "offset");
  }
});

test("the same plan gives the same bytes; another song, seed or noise gives others", () => {
  const once = plans.slice(0, 6).map((plan) => hash(renderSong(plan)));
  assert.deepEqual(
    plans.slice(0, 6).map((plan) => hash(renderSong(plan))),
    once,
  );
  assert.equal(new Set(once).size, once.length);
  assert.notEqual(hash(renderSong(makeSong({ ...options, seed: 8 }, 0).music)), once[0]);
  assert.notEqual(hash(renderSong(makeSong({ ...options, noise: 0.9 }, 0).music)), once[0]);
});

test("every instrument plays in tune: the power around a note's partials is centered on them", () => {
  const { expression } = plans[0]!;
  for (const instrument of instrumentNames.filter((name): name is Instrument => name !== "drums" && name !== "bells")) {
    for (const pitch of instrument === "bass" ? [33, 40] : [52, 64, 76]) {
      const out = new Float32Array(sampleRate);
      playNote(out, instrument, { start: 0, duration: 1, pitch, velocity: 0.8 }, expression, 3);
      const tone = out.subarray(sampleRate / 4, sampleRate / 4 + sampleRate / 2);
      let [power, moment] = [0, 0];
      for (let cents = -200; cents <= 200; cents += 10) {
        for (const partial of [1, 2, 3]) {
          const here = powerAt(tone, partial * hertz(pitch) * 2 ** (cents / 1200));
          power += here;
          moment += cents * here;
        }
      }
      assert.ok(Math.abs(moment / power) < 10, `${instrument} ${pitch}: ${moment / power} cents off`);
    }
  }
});

test("drums hold the tempo: onset energy repeats at the beat of the plan", () => {
  const base = plans.find((plan) => plan.drums > 0 && plan.style === "rock") ?? plans[0]!;
  for (const tempo of [80, 112, 150]) {
    const plan: MusicPlan = {
      ...base,
      style: "electronic",
      beatsPerBar: 4,
      tempo,
      drums: 1,
      background: 0,
      expression: { ...base.expression, space: 0 },
    };
    const found = beatFrom(renderSong(plan), tempo);
    assert.ok(Math.abs(found - tempo) / tempo < 0.03, `${tempo} beats a minute, heard ${found}`);
  }
});

/** Tempo near `around` (within a third) at which the onset curve of 10 ms frames is most like itself, beats a minute. */
function beatFrom(audio: Float32Array, around: number): number {
  const frame = 160;
  const energy = Array.from({ length: audio.length / frame }, (_, f) =>
    Math.log(1e-6 + audio.subarray(f * frame, (f + 1) * frame).reduce((sum, x) => sum + x * x, 0)),
  );
  const onsets = energy.map((value, f) => Math.max(0, value - (energy[f - 1] ?? value)));
  let best = { score: -1, tempo: 0 };
  for (let tempo = around / 1.33; tempo < around * 1.33; tempo += 0.5) {
    const lag = 6000 / tempo;
    let score = 0;
    for (let f = 0; f + lag + 1 < onsets.length; f++) {
      const at = Math.floor(f + lag);
      score += onsets[f]! * (onsets[at]! + (f + lag - at) * (onsets[at + 1]! - onsets[at]!));
    }
    if (score > best.score) best = { score, tempo };
  }
  return best.tempo;
}

test("the mode decides the notes: the same plan in major and in minor differs by its thirds", () => {
  const base: MusicPlan = { ...plans[0]!, progression: [0], detune: 0, looseness: 0, bass: true, accompaniment: "sustained" };
  const plan: MusicPlan = { ...base, expression: { ...base.expression, dissonance: 0 } };
  const classes = (mode: MusicPlan["mode"]) => {
    const pitches = compose({ ...plan, mode }).parts.flatMap((part) => part.notes.map((note) => Math.round(note.pitch)));
    return new Set(pitches.map((pitch) => (((pitch - plan.tonic) % 12) + 12) % 12));
  };
  assert.ok(classes("major").has(4) && !classes("major").has(3));
  assert.ok(classes("minor").has(3) && !classes("minor").has(4));
});

test("phrases come back: the melody's rhythm repeats every eight bars", () => {
  for (const plan of plans) {
    const tempo = 178;
    const cycle = (8 * plan.beatsPerBar * 60) / tempo;
    const starts = compose({ ...plan, tempo, looseness: 0 }).parts[0]!.notes.map((note) => note.start);
    const again = starts.filter((start) => start >= cycle - 1e-6 && start < 15).map((start) => start - cycle);
    assert.ok(again.length > 0);
    for (const start of again) assert.ok(starts.some((other) => Math.abs(other - start) < 1e-6));
  }
});

test("loud songs are louder than soft ones", () => {
  for (const plan of plans.slice(0, 4)) {
    const at = (loudness: number) => rms(renderSong({ ...plan, expression: { ...plan.expression, loudness } }));
    assert.ok(at(0.9) > 2 * at(0.2), `${at(0.9)} and ${at(0.2)}`);
  }
});

test("a plan is plain data: written out and read back it plays the same bytes", () => {
  const plan = plans[3]!;
  assert.equal(hash(renderSong(JSON.parse(JSON.stringify(plan)) as MusicPlan)), hash(renderSong(plan)));
});

test("the noise dial raises the background and scatters tempo and expression, and leaves the words alone", () => {
  const corpus = (noise: number) => Array.from({ length: 400 }, (_, i) => makeSong({ ...options, noise }, i));
  const [clean, noisy] = [corpus(0), corpus(1)];
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  assert.ok(mean(noisy.map((song) => song.music.background)) > 5 * mean(clean.map((song) => song.music.background)));
  const scatter = (songs: typeof clean, value: (plan: MusicPlan) => number) => {
    const joyful = songs.filter((song) => song.truth.mood === "joyful").map((song) => value(song.music));
    return mean(joyful.map((x) => (x - mean(joyful)) ** 2));
  };
  assert.ok(scatter(noisy, (plan) => plan.tempo) > 1.5 * scatter(clean, (plan) => plan.tempo));
  assert.ok(scatter(noisy, (plan) => plan.expression.register) > 2 * scatter(clean, (plan) => plan.expression.register));
  for (const [i, song] of noisy.entries()) {
    assert.equal(song.lyrics, clean[i]!.lyrics);
    assert.equal(song.truth.mood, clean[i]!.truth.mood);
    for (const value of Object.values(song.music.expression)) assert.ok(value >= -1 && value <= 1);
    assert.ok(song.truth.tempo >= 60 && song.truth.tempo <= 180);
  }
});
