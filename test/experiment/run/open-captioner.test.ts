import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mock, test } from "node:test";
import { type Audio, decodeAudio, excerpt, resample, toMono } from "alcap/dist/data/audio";
import { melSpectrogram } from "alcap/dist/data/audio/mel";
import { songBatch } from "alcap/dist/data/text/batch";
import { loadTokeniser, trainBpe } from "alcap/dist/data/text/tokeniser";
import { compile, type tf, type Values, value } from "alcap/dist/engine";
import type { Bundle } from "alcap/dist/experiment/run/bundle";
import { openCaptioner } from "alcap/dist/experiment/run/open-captioner";
import type { Method } from "alcap/dist/model/captioner";
import { greedyDecoder, type SongBatch } from "alcap/dist/model/decoding/greedy";
import { musicEncoder, musicParams } from "alcap/dist/model/music/music-encoder";
import { initialise, type Params } from "alcap/dist/model/params";
import { InferenceSession } from "onnxruntime-node";
import { tinyCaptioner, tinyParams } from "../../model/tiny";
import { sharedFile } from "../../shared";

const STEPS = 1 / 20; // a step of 20 dB, so that a captioner that did not round would write something else
const verses = [
  "The river took my brother and the winter took the rest",
  "Paper boats on a silver lake, we sing until we are awake",
];
const tokeniser = loadTokeniser(trainBpe(verses, { vocabSize: 290 }));

/** A captioner with random parameters that needs no training: what it writes is no English, but is decided by all of its input. */
function bundle(method: Method = "alcap"): Bundle {
  const tiny = tinyCaptioner({}, method);
  const shape = { mels: 128, channels: 6, heads: 2, inner: 8, layers: 1, tags: 5 };
  const captioner = { ...tiny, text: { ...tiny.text, vocabulary: tokeniser.vocabSize, initialDeviation: 1 } };
  return {
    about: { run: "none", preset: "smoke", corpus: "none", captioner, lyricsTokens: 20, captionTokens: 12 },
    tokeniser,
    encoder: { params: initialise(musicParams(shape), 3), shape, stepsPerDb: STEPS },
    params: tinyParams(captioner, 2),
  };
}

/** A chirp of so many seconds and channels. */
const chirp = (sampleRate: number, seconds: number, channels: number): Audio => ({
  sampleRate,
  channels: Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: sampleRate * seconds }, (_, i) => 0.4 * Math.sin((i / sampleRate) ** 2 * (400 + 90 * channel))),
  ),
});

/** The caption by the long way: the whole song resampled, then cut, its spectrogram rounded, each graph compiled for it alone. */
async function longWay(audio: Audio, lyrics: string, steps = STEPS): Promise<string> {
  const { about, encoder, params } = bundle();
  const { data, mels, frames } = melSpectrogram(excerpt(resample(toMono(audio), audio.sampleRate, 16_000)));
  const encode = compile((p: Params, mel: tf.Tensor) => musicEncoder(p, encoder.shape, mel));
  const rounded = data.map((db) => Math.round(db * steps) / steps);
  const states = await encode(encoder.params, value(rounded, [1, mels, frames]));
  const music = value(states.data, states.shape.slice(1));
  const decode = greedyDecoder(params, about.captioner, about.captionTokens);
  const song = songBatch([{ lyrics: tokeniser.encode(lyrics), music }], about.lyricsTokens);
  const [ids = []] = await decode(song as Values<SongBatch>);
  await encode.release();
  await decode.release();
  return tokeniser.decode(ids).trim();
}

/** What a captioner writes of songs, and how many graphs it compiled. */
async function captionAll(songs: readonly { readonly audio: Audio; readonly lyrics: string }[]) {
  const compiled = mock.method(InferenceSession, "create");
  const captioner = openCaptioner(bundle());
  const captions = [];
  for (const { audio, lyrics } of songs) captions.push(await captioner.caption(audio, lyrics));
  await captioner.release();
  const graphs = compiled.mock.callCount();
  compiled.mock.restore();
  return { captions, graphs };
}

test("songs of any rate and length are captioned with one compilation a graph, each as by the long way", async () => {
  const songs = [
    { audio: chirp(16_000, 20, 1), lyrics: verses[0] ?? "" },
    { audio: chirp(44_100, 31, 2), lyrics: verses[1] ?? "" },
    { audio: chirp(22_050, 4, 1), lyrics: "silver winter" },
  ];
  const { captions, graphs } = await captionAll(songs);
  assert.equal(graphs, 3, "music encoder, text encoder, decoding step");
  for (const [i, { audio, lyrics }] of songs.entries()) {
    assert.equal(captions[i]?.caption, await longWay(audio, lyrics));
    assert.notEqual(captions[i]?.caption, await longWay(audio, lyrics, 2 ** 20), "the rounding of the training matters here");
  }
  const notes = captions.map(({ notes }) => notes.join(" "));
  for (const note of notes) assert.match(note, /naive/);
  assert.match(notes[2] ?? "", /4\.0 s long/);
  assert.doesNotMatch(notes.join(" "), /English|silent/);
  assert.match(notes[1] ?? "", /the first 20 were used/);
});

test("three real songs in one process, one compilation a graph", { skip: sharedFile("songs").skip }, async () => {
  const song = async (name: string) => ({
    audio: await decodeAudio(sharedFile("songs", `${name}.mp3`).file),
    lyrics: readFileSync(sharedFile("songs", `${name}.txt`).file, "utf8"),
  });
  const songs = [await song("fantasma"), await song("miedo"), await song("de-bonne-humeur")];
  const { captions, graphs } = await captionAll(songs);
  assert.equal(graphs, 3);
  for (const [i, { audio, lyrics }] of songs.entries()) {
    assert.equal(captions[i]?.caption, await longWay(audio, lyrics));
    assert.match(captions[i]?.notes.join(" ") ?? "", /do not seem to be English/);
  }
});

test("lyrics without a word are refused by every method, and the captioner goes on with the next song", async () => {
  const audio = chirp(16_000, 2, 1);
  for (const method of ["bart", "bart-fusion", "alcap"] as const) {
    const captioner = openCaptioner(bundle(method));
    for (const blank of ["", " \n\t\n", "… — !\n"])
      await assert.rejects(captioner.caption(audio, blank), { code: "input", message: /hold no words/ });
    assert.ok((await captioner.caption(audio, "la la")).notes.length > 0);
    await captioner.release();
  }
});

test("silence is said", async () => {
  const { captions } = await captionAll([{ audio: { sampleRate: 16_000, channels: [new Float32Array(300_000)] }, lyrics: "la" }]);
  assert.match(captions[0]?.notes.join(" ") ?? "", /excerpt is silent/);
});

test("line ends, a byte order mark and margins change no caption", async () => {
  const audio = chirp(16_000, 4, 1);
  const lyrics = `${verses[0]}\n${verses[1]}`;
  const captioner = openCaptioner(bundle());
  const { caption } = await captioner.caption(audio, lyrics);
  for (const other of [lyrics.replace("\n", "\r\n"), lyrics.replace("\n", "\r"), `\ufeff${lyrics}\n\n`])
    assert.equal((await captioner.caption(audio, other)).caption, caption);
  await captioner.release();
});
