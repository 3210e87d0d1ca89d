import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSong } from "alcap/dist/data/songbook";
import { soundingVoices } from "alcap/dist/data/songbook/music/score";
import { loadTokeniser, trainBpe } from "alcap/dist/data/text/tokeniser";
import { value } from "alcap/dist/engine";
import { focusOf, openFusionMaps } from "alcap/dist/experiment/run/scoring/attention";
import { captionerParams } from "alcap/dist/model/alcap";
import type { Captioner } from "alcap/dist/model/captioner";
import { initialise } from "alcap/dist/model/params";
import { bartBase, releasedRecipe } from "alcap/dist/recipe";

process.env.ALCAP_THREADS = "1";
const near = (actual: number | null, expected: number, tolerance = 1e-5) =>
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);

const song = makeSong({ seed: 3, songs: 8, testSongs: 2, agreement: 0.5, noise: 0.3 }, 0);
const tokeniser = loadTokeniser(trainBpe([song.lyrics], { vocabSize: 300 }));
const text = {
  ...bartBase,
  vocabulary: tokeniser.vocabSize,
  width: 8,
  encoderLayers: 2,
  decoderLayers: 1,
  heads: 2,
  inner: 16,
  positions: 40,
};
const recipe = { ...releasedRecipe, fusion: { ...releasedRecipe.fusion, layers: [0, 1] } };
const captioner: Captioner = { method: "bart-fusion", text, musicWidth: 6, recipe };

test("a song's map has a row a token and a column a moment; with the class vector each row sums to 1", async () => {
  const params = initialise(captionerParams(captioner), 1);
  const maps = openFusionMaps({ captioner, params, tokeniser, lyricsTokens: 24 });
  const music = value(
    Float32Array.from({ length: 30 }, (_, i) => Math.sin(i * i)),
    [5, 6],
  );
  const { weights, tokens, frames, texts, ofClass } = await maps.of(song.lyrics, music);
  await maps.release();
  assert.deepEqual([tokens, frames, weights.length, texts.length, texts[0], texts.at(-1)], [24, 4, 96, 24, "<s>", "</s>"]);
  near(Array.from(weights).reduce((a, b) => a + b, 0) / tokens + ofClass, 1);
  assert.throws(() => openFusionMaps({ captioner: { ...captioner, method: "bart" }, params, tokeniser, lyricsTokens: 24 }), {
    code: "usage",
  });
});

test("attention that lies where words and players are is seen there", () => {
  const truth = { ...song.truth, lyricsMood: "joyful" } as const;
  const texts = ["<s>", " joy", "ful", "</s>"];
  const frames = 30;
  const onWords = {
    tokens: 4,
    frames,
    texts,
    ofClass: 0,
    weights: Float32Array.from({ length: 120 }, (_, i) => (i < 30 || i >= 90 ? 0 : 1)),
  };
  near(focusOf(onWords, { truth, music: song.music }).moodWords, 2); // all of the attention on half of the tokens
  const even = { ...onWords, weights: new Float32Array(120).fill(1 / frames) };
  const { moodWords, voices, tokens, time } = focusOf(even, { truth, music: song.music });
  for (const one of [moodWords, voices, tokens.evenness, time.evenness]) near(one, 1);
  assert.equal(focusOf({ ...even, texts: ["<s>", " a", " b", "</s>"] }, { truth, music: song.music }).moodWords, null);
});

test("voices of a score by hand", () => {
  const note = { start: 0, duration: 7.5, pitch: 60, velocity: 1 };
  const part = (notes: readonly (typeof note)[]) => ({ instrument: "piano" as const, gain: 1, notes });
  const voices = soundingVoices({ parts: [part([note]), part([{ ...note, start: 3.75 }])], strokes: [] }, 4);
  assert.deepEqual([...voices], [1, 2, 1, 0]);
  assert.deepEqual([...soundingVoices({ parts: [part([{ ...note, start: 14 }])], strokes: [] }, 3)], [0, 0, 0.2]);
});
