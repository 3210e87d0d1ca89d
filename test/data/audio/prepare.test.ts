import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { loadExcerpt, prepareAudio, type SongFile, writeWav } from "alcap/dist/data/audio";
import { melSpectrogram } from "alcap/dist/data/audio/mel";
import { copyInto } from "alcap/dist/files/copy";
import { readNpz } from "alcap/dist/files/npz";
import { fixture } from "../mutate";

function corpus(): { dir: string; cache: string; songs: SongFile[] } {
  const dir = mkdtempSync(path.join(tmpdir(), "alcap-prepare-"));
  const songs = ["mp3", "flac", "ogg", "opus"].map((ending) => ({ id: ending, file: fixture(`audio/tone.${ending}`) }));
  for (let n = 0; n < 4; n++) {
    const file = path.join(dir, `${n}.wav`);
    writeFileSync(
      file,
      writeWav(
        Float32Array.from({ length: 4000 }, (_, i) => 0.1 * Math.sin(i * (n + 1) * 0.05)),
        16000,
      ),
    );
    songs.push({ id: `wav${n}`, file });
  }
  return { dir, cache: path.join(dir, "cache"), songs };
}

test("songs are prepared as loadExcerpt makes them, under any number of threads", async () => {
  const { cache, songs } = corpus();
  const seen: string[] = [];
  const { files, failures, reused } = await prepareAudio(songs, {
    cache,
    threads: 2,
    progress: (done, total, note) => seen.push(`${done}/${total} ${note}`),
  });
  assert.deepEqual(failures, []);
  assert.equal(reused, 0);
  assert.deepEqual(
    [...files.keys()],
    songs.map(({ id }) => id),
  );
  assert.equal(seen.length, songs.length);
  assert.ok(seen.at(-1)?.startsWith("8/8 "));
  for (const { id, file } of songs) {
    const { a } = readNpz(readFileSync(files.get(id) ?? ""));
    assert.deepEqual(a, { data: await loadExcerpt(file), shape: [240000] });
  }
  const mels = await prepareAudio(songs.slice(0, 2), { cache, kind: "mel", threads: 1 });
  const { a } = readNpz(readFileSync(mels.files.get("mp3") ?? ""));
  assert.deepEqual(a, { data: melSpectrogram(await loadExcerpt(songs[0]?.file ?? "")).data, shape: [128, 938] });
});

test("started again, only what is missing is made; a moved or renamed song is known by its content", async () => {
  const { dir, cache, songs } = corpus();
  const first = await prepareAudio(songs.slice(0, 5), { cache, threads: 1 });
  const made = statSync(first.files.get("mp3") ?? "").mtimeMs;
  const moved = path.join(dir, "moved.bin");
  copyFileSync(songs[0]?.file ?? "", moved);
  const second = await prepareAudio([{ id: "other", file: moved }, ...songs.slice(1)], { cache, threads: 2 });
  assert.equal(second.reused, 5);
  assert.equal(second.files.get("other"), first.files.get("mp3"));
  assert.equal(statSync(second.files.get("other") ?? "").mtimeMs, made);
  assert.equal(readdirSync(cache).length, songs.length);
  assert.ok(
    readdirSync(cache).every((name) => name.endsWith(".npz")),
    "no temporary file is left",
  );
});

test("songs that fail are reported in order, and the others are prepared", async () => {
  const { dir, cache, songs } = corpus();
  const text = path.join(dir, "text.mp3");
  writeFileSync(text, "no sound\n");
  const broken = path.join(dir, "broken.ogg");
  writeFileSync(broken, readFileSync(fixture("audio/tone.ogg")).subarray(0, 2500));
  const { files, failures } = await prepareAudio(
    [
      { id: "gone", file: path.join(dir, "gone.mp3") },
      ...songs.slice(0, 2),
      { id: "text", file: text },
      { id: "broken", file: broken },
      ...songs.slice(2),
    ],
    { cache, threads: 2 },
  );
  assert.equal(files.size, songs.length);
  assert.deepEqual(
    failures.map(({ id }) => id),
    ["gone", "text", "broken"],
  );
  for (const { file, problem } of failures) assert.ok(problem.includes(file) && !problem.includes("\n"), problem);
});

test("ids must differ, and something must do the work", async () => {
  const { cache, songs } = corpus();
  const song = songs[0] ?? { id: "", file: "" };
  await assert.rejects(prepareAudio([song, song], { cache }), { name: "AlcapError", code: "usage" });
  await assert.rejects(prepareAudio([song], { cache, threads: 0 }), { name: "AlcapError", code: "usage" });
  assert.equal((await prepareAudio([], { cache })).files.size, 0);
});

test("what was damaged in the cache is made again, and a corpus does not share its bytes", async () => {
  const { dir, cache, songs } = corpus();
  const first = await prepareAudio(songs.slice(0, 2), { cache, threads: 1 });
  const file = first.files.get("mp3") ?? "";
  const whole = readFileSync(file);
  const place = path.join(dir, "copied.npz");
  copyInto(file, place);
  writeFileSync(file, whole.subarray(0, whole.length / 2));
  assert.deepEqual(readFileSync(place), whole);
  const second = await prepareAudio(songs.slice(0, 2), { cache, threads: 1 });
  assert.equal(second.reused, 1);
  assert.deepEqual(readFileSync(file), whole);
});
