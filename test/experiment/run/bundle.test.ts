import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { trainBpe } from "alcap/dist/data/text/tokeniser";
import { value } from "alcap/dist/engine";
import { BUNDLE_FILES, describeBundle, readBundle } from "alcap/dist/experiment/run/bundle";
import { encoderBytes } from "alcap/dist/experiment/tagger/encoder-file";
import { musicParams } from "alcap/dist/model/music/music-encoder";
import { initialise } from "alcap/dist/model/params";
import { writeSafetensors } from "alcap/dist/model/weights";
import { tinyCaptioner, tinyParams } from "../../model/tiny";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-bundle-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const words = trainBpe(["la la"], { vocabSize: 262 });
const vocabulary = Object.keys(words.model.vocab as object).length;
const tiny = tinyCaptioner({}, "alcap");
const captioner = { ...tiny, text: { ...tiny.text, vocabulary } };
const shape = { mels: 128, channels: captioner.musicWidth / 2, heads: 1, inner: 8, layers: 1, tags: 5 };
const params = tinyParams(captioner, 2);
const encoder = initialise(musicParams(shape), 3);
const about = { run: "r", preset: "smoke", corpus: "c", captioner, lyricsTokens: 20, captionTokens: 12 };

/** The parts of a whole bundle, some of them exchanged. */
function write(parts: { about?: object | null; words?: unknown; params?: typeof params; encoder?: typeof encoder }): string {
  const put = (name: string, bytes: string | Uint8Array) => writeFileSync(path.join(folder, name), bytes);
  put(BUNDLE_FILES.words, JSON.stringify(parts.words ?? words));
  put(BUNDLE_FILES.model, writeSafetensors(parts.params ?? params));
  put(BUNDLE_FILES.encoder, encoderBytes({ params: parts.encoder ?? encoder, shape }));
  const named = JSON.parse(describeBundle(folder, about));
  put(BUNDLE_FILES.about, JSON.stringify(parts.about === undefined ? named : parts.about && { ...named, ...parts.about }));
  return folder;
}

test("a bundle is read; parts of another model, numbers that are not finite and broken descriptions are refused", async () => {
  assert.equal((await readBundle(write({}))).about.run, "r");
  const [name = "", tensor] = Object.entries(params)[0] ?? [];
  const spoilt = {
    ...params,
    [name]: value(new Float32Array(tensor!.data.length).fill(Number.POSITIVE_INFINITY), tensor!.shape),
  };
  const { [name]: _, ...fewer } = params;
  const cases: readonly [Parameters<typeof write>[0], RegExp][] = [
    [{ words: trainBpe(["la la la ho ho ho"], { vocabSize: 264 }) }, /tokens and the model/],
    [{ params: spoilt }, /holds Infinity in the tensor/],
    [{ params: fewer }, /has no "/],
    [{ about: { run: 1 } }, /describes no captioner/],
    [{ about: { sha256: {} } }, /describes no captioner/],
    [{ about: null }, /describes no captioner/],
    [
      { about: { ...about, captioner: { ...captioner, text: { ...captioner.text, encoderLayers: 1e6 } } } },
      /"encoderLayers" is 1000000/,
    ],
    [{ about: { ...about, captionTokens: 1e9 } }, /captionTokens/],
  ];
  for (const [parts, message] of cases)
    await assert.rejects(readBundle(write(parts)), { name: "AlcapError", code: "weights", message });
});

test("a tokeniser of the same size that is not the model's own is refused, and so is any file that has changed by a bit", async () => {
  write({});
  const { model, ...rest } = words;
  const [a = "", b = ""] = Object.keys(model.vocab as object).slice(-2);
  const vocab = { ...(model.vocab as Record<string, number>) };
  [vocab[a], vocab[b]] = [vocab[b]!, vocab[a]!];
  writeFileSync(path.join(folder, BUNDLE_FILES.words), JSON.stringify({ ...rest, model: { ...model, vocab } }));
  await assert.rejects(readBundle(folder), {
    code: "weights",
    message: /tokenizer\.json is not the one that .*captioner\.json names/,
  });
  for (const name of [BUNDLE_FILES.model, BUNDLE_FILES.encoder]) {
    write({});
    const bytes = readFileSync(path.join(folder, name));
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(path.join(folder, name), bytes);
    await assert.rejects(readBundle(folder), { code: "weights", message: new RegExp(`${name} is not the one`) });
  }
});
