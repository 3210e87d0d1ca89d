import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { makeSong } from "alcap/dist/data/songbook";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { obtainReader, pages, questions, readerName, shippedReaders } from "alcap/dist/experiment/pretrain/base-model";
import { readSafetensors, writeSafetensors } from "alcap/dist/model/weights";

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
  lyricsTokens: 24,
  captionTokens: 16,
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

test("lyrics are answered with what their listeners wrote, and follow the music's mood as often as the plan says", () => {
  const asked = questions(quick, 0, 300);
  const songs = new Map(asked.map(({ song }) => [song.id, song]));
  assert.equal(songs.size, 300);
  for (const { song, text } of asked) {
    const { votes } = song.interpretations.find((interpretation) => interpretation.text === text)!;
    assert.ok(votes > 0);
  }
  const agreeing = [...songs.values()].filter(({ truth }) => truth.mood === truth.lyricsMood).length / songs.size;
  const { agreement } = quick.answering;
  const expected = agreement + (1 - agreement) / 6;
  assert.ok(Math.abs(agreeing - expected) < 4 * Math.sqrt((expected * (1 - expected)) / songs.size), `${agreeing}`);
  assert.equal(agreement, quick.corpus.agreement, "the reader expects of lyrics what the corpus holds");
});

test("no song of the corpus is read beforehand", async () => {
  const corpus = new Set(Array.from({ length: 60 }, (_, index) => makeSong(quick.corpus, index).lyrics));
  assert.ok(pages(quick.reading, 0, 60).every((page) => !corpus.has(page)));
  assert.ok(questions(quick, 0, 60).every(({ song }) => !corpus.has(song.lyrics)));
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
  const { tokeniser, params, lessons } = await obtainReader(quick, home, silently);
  assert.equal(tokeniser.vocabSize, quick.vocabulary);
  assert.deepEqual(params["model.shared.weight"]?.shape, [quick.vocabulary, quick.text.width]);
  const losses = lessons.denoising.curve.steps.map(({ losses }) => losses.caption!);
  assert.ok(
    losses[0]! > 8 && losses.at(-1)! < 0.5,
    "from the uniform guess, ln 4,000 = 8.3 nats, to a text that is mostly restored",
  );
  const { best, curve } = lessons.answering;
  assert.ok(
    best.score < 0.7 && best.score < 0.25 * curve.steps[0]!.losses.caption!,
    `answers held out: ${best.score} nats a token`,
  );
  assert.equal(tokeniser.decode(tokeniser.encode("A sailor's life")).trim(), "A sailor's life");
});

test("another recipe is read anew, once", async () => {
  const { reading, vocabulary, pretraining, answering, lyricsTokens, captionTokens } = smoke;
  const changes: Partial<typeof tiny>[] = [
    { reading },
    { vocabulary },
    { text: { ...tiny.text, inner: 16 } },
    { pretraining },
    { answering: { ...answering, agreement: 0 } },
    { answering: { ...answering, dropout: 0 } },
    { lyricsTokens },
    { captionTokens },
  ];
  const names = new Set([tiny, ...changes.map((change) => ({ ...tiny, ...change }))].map(readerName));
  assert.equal(names.size, 1 + changes.length, "every part of the recipe is in the name");
  const elsewhere = { ...tiny, corpus: { ...tiny.corpus, agreement: 0.9, songs: 9 } };
  assert.equal(readerName(elsewhere), readerName(tiny), "the corpus is not");
  const steps: number[] = [];
  const first = await obtainReader(tiny, home, () => (done) => void steps.push(done));
  const file = first.tokeniserFile.replace("tokenizer.json", "model.safetensors");
  const made = statSync(file).mtimeMs;
  const again = await obtainReader(tiny, home, silently);
  assert.equal(statSync(file).mtimeMs, made);
  assert.equal(JSON.stringify(again.lessons), JSON.stringify(first.lessons));
  for (const [parameter, { data }] of Object.entries(first.params))
    assert.deepEqual(again.params[parameter]?.data, data, parameter);
  assert.equal(again.hash, first.hash);
  const { tensors, metadata } = readSafetensors(readFileSync(file));
  for (const lessons of [undefined, "no JSON", "{}", "null", metadata.lessons!.replace('"answering"', '"other"')]) {
    writeFileSync(file, writeSafetensors(tensors, { format: "pt", ...(lessons !== undefined && { lessons }) }));
    await assert.rejects(obtainReader(tiny, home, silently), /does not say how it was trained/);
  }
  assert.ok(steps.length > 1);
});
