import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { makeSong } from "alcap/dist/data/songbook";
import { presetNamed, withIntermediateTask } from "alcap/dist/experiment/preset/songbook";
import {
  baseModelFolder,
  baseModelName,
  denoisingTexts,
  findBaseModel,
  intermediateRows,
  obtainBaseModel,
  shippedBaseModels,
} from "alcap/dist/experiment/pretrain/base-model";
import { readSafetensors, writeSafetensors } from "alcap/dist/model/weights";

const home = mkdtempSync(path.join(tmpdir(), "alcap-base-model-"));
after(() => rmSync(home, { recursive: true, force: true }));

const silently = () => () => {};
const quick = presetNamed("quick");
const smoke = presetNamed("smoke");
const tiny = {
  ...smoke,
  text: { ...smoke.text, width: 8, inner: 8, heads: 2 },
  lyricsTokens: 24,
  captionTokens: 16,
  baseModel: {
    ...smoke.baseModel,
    vocabulary: 300,
    denoising: { ...smoke.baseModel.denoising, tokens: 24 },
    songs: { ...smoke.baseModel.songs, songs: 12 },
  },
};

const tuned = withIntermediateTask(tiny);

const withBase = (changes: Partial<typeof tiny.baseModel>) => ({ ...tiny, baseModel: { ...tiny.baseModel, ...changes } });

test("a song gives a text of lyrics and a text of what its listeners wrote, and the two never meet", () => {
  const both = denoisingTexts(quick.baseModel, 3, 5);
  const songs = [3, 4].map((index) => makeSong(quick.baseModel.songs, index));
  assert.equal(both.length, 4);
  songs.forEach(({ lyrics, interpretations }, i) => {
    assert.equal(both[2 * i], lyrics);
    const comments = both[2 * i + 1]!;
    for (const { text, votes } of interpretations) assert.equal(comments.includes(text), votes >= 0);
    assert.ok(!comments.includes(lyrics));
  });
});

test("the intermediate task goes from lyrics to what their listeners wrote, and the lyrics follow the music's mood as often as the plan says", () => {
  const { songs: own, intermediate } = withIntermediateTask(quick).baseModel;
  const task = intermediateRows(own, intermediate!, 0, 300);
  const songs = new Map(task.map(({ song }) => [song.id, song]));
  assert.ok(songs.size > 150, "most songs have a comment that others liked");
  for (const { song, text } of task) {
    const { votes } = song.interpretations.find((interpretation) => interpretation.text === text)!;
    assert.ok(votes > 0);
  }
  const agreeing = [...songs.values()].filter(({ truth }) => truth.mood === truth.lyricsMood).length / songs.size;
  const { agreement } = intermediate!;
  const expected = agreement + (1 - agreement) / 6;
  assert.ok(Math.abs(agreeing - expected) < 4 * Math.sqrt((expected * (1 - expected)) / songs.size), `${agreeing}`);
  assert.equal(agreement, quick.corpus.agreement, "the base model expects of lyrics what the corpus holds");
});

test("the base model is trained on no song of the corpus", async () => {
  const corpus = new Set(Array.from({ length: 60 }, (_, index) => makeSong(quick.corpus, index).lyrics));
  assert.ok(denoisingTexts(quick.baseModel, 0, 60).every((text) => !corpus.has(text)));
  const { songs, intermediate } = withIntermediateTask(quick).baseModel;
  assert.ok(intermediateRows(songs, intermediate!, 0, 60).every(({ song }) => !corpus.has(song.lyrics)));
  const same = withBase({ songs: { ...tiny.baseModel.songs, seed: tiny.corpus.seed } });
  await assert.rejects(obtainBaseModel(same, home, silently), /would be trained on the corpus itself/);
});

test("the base model of quick and standard comes with the project, made by the recipe that the presets state", async () => {
  const folder = path.join(shippedBaseModels(), baseModelName(quick));
  assert.ok(
    existsSync(path.join(folder, "model.safetensors")),
    "the recipe or Songbook's language changed: run `npx alcap pretrain --preset quick --out data/bart-songbook` and commit the folder",
  );
  assert.equal(baseModelName(presetNamed("standard")), baseModelName(quick));
  const { tokeniser, params, stages } = await obtainBaseModel(quick, home, silently);
  assert.equal(tokeniser.vocabSize, quick.baseModel.vocabulary);
  assert.deepEqual(params["model.shared.weight"]?.shape, [quick.baseModel.vocabulary, quick.text.width]);
  const losses = stages.denoising.curve.steps.map(({ losses }) => losses.caption!);
  assert.ok(
    losses[0]! > 8 && losses.at(-1)! < 0.5,
    "from the uniform guess, ln 4,000 = 8.3 nats, to a text that is mostly restored",
  );
  assert.deepEqual(Object.keys(stages), ["denoising"]);
  assert.equal(tokeniser.decode(tokeniser.encode("A sailor's life")).trim(), "A sailor's life");
});

test("another recipe makes another base model, once, whatever the number of threads", async () => {
  const { lyricsTokens, captionTokens } = smoke;
  const { songs, vocabulary, denoising } = smoke.baseModel;
  const intermediate = tuned.baseModel.intermediate!;
  const others = [
    withBase({ seed: 1 }),
    withBase({ songs }),
    withBase({ vocabulary }),
    withBase({ denoising }),
    tuned,
    withBase({ intermediate: { ...intermediate, agreement: 0 } }),
    withBase({ intermediate: { ...intermediate, dropout: 0 } }),
    { ...tiny, text: { ...tiny.text, inner: 16 } },
    { ...tiny, lyricsTokens },
    { ...tiny, captionTokens },
  ];
  const names = new Set([tiny, ...others].map(baseModelName));
  assert.equal(names.size, 1 + others.length, "every part of the recipe is in the name");
  const elsewhere = { ...tiny, corpus: { ...tiny.corpus, agreement: 0.9, songs: 9 } };
  assert.equal(baseModelName(elsewhere), baseModelName(tiny), "the corpus is not");
  process.env.ALCAP_THREADS = "1";
  const folder = baseModelFolder(tiny, home);
  const steps: number[] = [];
  const first = await obtainBaseModel(tiny, home, () => (done) => void steps.push(done));
  const file = first.tokeniserFile.replace("tokenizer.json", "model.safetensors");
  const made = statSync(file).mtimeMs;
  process.env.ALCAP_THREADS = "2";
  assert.equal(baseModelFolder(tiny, home), folder);
  const again = await obtainBaseModel(tiny, home, silently);
  assert.equal(statSync(file).mtimeMs, made);
  assert.equal(JSON.stringify(again.stages), JSON.stringify(first.stages));
  for (const [parameter, { data }] of Object.entries(first.params))
    assert.deepEqual(again.params[parameter]?.data, data, parameter);
  assert.equal(again.hash, first.hash);
  assert.deepEqual(Object.keys(first.stages), ["denoising"]);
  assert.ok(steps.length > 1);
});

test("a base model whose weights or tokeniser are damaged is made again", async (t) => {
  const { tokeniserFile } = await obtainBaseModel(tiny, home, silently);
  const file = tokeniserFile.replace("tokenizer.json", "model.safetensors");
  t.mock.method(console, "warn", () => {});
  for (const part of [file, tokeniserFile]) {
    const bytes = readFileSync(part);
    const changed = Uint8Array.from(bytes);
    changed[bytes.length - 9]! ^= 1;
    writeFileSync(part, changed);
    assert.equal(findBaseModel(tiny, home), undefined);
    await obtainBaseModel(tiny, home, silently);
    assert.deepEqual(readFileSync(part), bytes);
  }
});

test("the intermediate task is made on demand, and a file that does not tell how it was made is refused", async () => {
  const { stages, params, tokeniserFile } = await obtainBaseModel(tuned, home, silently);
  assert.deepEqual(Object.keys(stages), ["denoising", "intermediate"]);
  const plain = await obtainBaseModel(tiny, home, silently);
  assert.notDeepEqual(params["model.shared.weight"], plain.params["model.shared.weight"]);
  const file = tokeniserFile.replace("tokenizer.json", "model.safetensors");
  const { tensors, metadata } = readSafetensors(readFileSync(file));
  for (const stages of [undefined, "no JSON", "{}", "null", metadata.stages!.replace('"denoising"', '"other"')]) {
    writeFileSync(file, writeSafetensors(tensors, { format: "pt", ...(stages !== undefined && { stages }) }));
    await assert.rejects(obtainBaseModel(tuned, home, silently), /does not say how it was trained/);
  }
});
