import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { makeSong } from "alcap/dist/data/songbook";
import { presetNamed } from "alcap/dist/experiment/presets";
import { obtainReader, pages, readerName, shippedReaders } from "alcap/dist/experiment/reading";

const home = mkdtempSync(path.join(tmpdir(), "alcap-reading-"));
after(() => rmSync(home, { recursive: true, force: true }));

const silently = () => () => {};
const quick = presetNamed("quick");
const smoke = presetNamed("smoke");
const tiny = {
  ...smoke,
  vocabulary: 300,
  text: { ...smoke.text, width: 8, inner: 8, heads: 2 },
  pretraining: { ...smoke.pretraining, tokens: 24 },
  reading: { ...smoke.reading, songs: 12 },
};

test("a song gives a page of lyrics and a page of what its listeners wrote, and the two never meet", () => {
  const both = pages(quick.reading, 3, 5);
  const songs = [3, 4].map((index) => makeSong(quick.reading, index));
  assert.equal(both.length, 4);
  songs.forEach(({ lyrics, interpretations }, i) => {
    assert.equal(both[2 * i], lyrics);
    const comments = both[2 * i + 1]!;
    for (const { text, votes } of interpretations) assert.equal(comments.includes(text), votes > 0);
    assert.ok(!comments.includes(lyrics));
  });
});

test("no song of the corpus is read beforehand", async () => {
  const corpus = new Set(Array.from({ length: 60 }, (_, index) => makeSong(quick.corpus, index).lyrics));
  assert.ok(pages(quick.reading, 0, 60).every((page) => !corpus.has(page)));
  const same = { ...tiny, reading: { ...tiny.reading, seed: tiny.corpus.seed } };
  await assert.rejects(obtainReader(same, home, silently), /would read the corpus itself/);
});

test("the reader of quick and standard comes with the project, made by the recipe that the presets state", async () => {
  const folder = path.join(shippedReaders(), readerName(quick));
  assert.ok(
    existsSync(path.join(folder, "model.safetensors")),
    "the recipe or Songbook's language changed: run `npx alcap pretrain --preset quick --out data/bart-songbook` and commit the folder",
  );
  assert.equal(readerName(presetNamed("standard")), readerName(quick));
  const { tokeniser, pretrained } = await obtainReader(quick, home, silently);
  assert.equal(tokeniser.vocabSize, quick.vocabulary);
  assert.deepEqual(pretrained.params["model.shared.weight"]?.shape, [quick.vocabulary, quick.text.width]);
  const losses = pretrained.curve.steps.map(({ losses }) => losses.caption!);
  assert.ok(
    losses[0]! > 8 && losses.at(-1)! < 0.5,
    "from the uniform guess, ln 4,000 = 8.3 nats, to a text that is mostly restored",
  );
  assert.equal(tokeniser.decode(tokeniser.encode("A sailor's life")).trim(), "A sailor's life");
});

test("another recipe is read anew, once", async () => {
  assert.notEqual(readerName(tiny), readerName(smoke));
  const steps: number[] = [];
  const first = await obtainReader(tiny, home, () => (done) => void steps.push(done));
  const file = first.tokeniserFile.replace("tokenizer.json", "model.safetensors");
  const made = statSync(file).mtimeMs;
  const again = await obtainReader(tiny, home, silently);
  assert.equal(statSync(file).mtimeMs, made);
  assert.equal(
    JSON.stringify([again.pretrained.best, again.pretrained.curve]),
    JSON.stringify([first.pretrained.best, first.pretrained.curve]),
  );
  for (const [parameter, { data }] of Object.entries(first.pretrained.params))
    assert.deepEqual(again.pretrained.params[parameter]?.data, data, parameter);
  assert.equal(again.hash, first.hash);
  assert.ok(steps.length > 1);
});
