import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mock, test } from "node:test";
import { decodeAudio, writeWav } from "alcap/dist/data/audio";
import { decodeHere } from "alcap/dist/data/audio/decode";
import { fixture, mutants } from "../mutate";

const read = (ending: string) => new Uint8Array(readFileSync(fixture(`audio/tone.${ending}`)));

/** Decodes damaged copies in this thread, where nothing stands between the decoders and the test. */
async function decodeAll(files: readonly Uint8Array[], count: number, seed: string): Promise<number> {
  let decoded = 0;
  for (const bytes of mutants(files, count, seed)) {
    try {
      const { channels } = await decodeHere(bytes, "x");
      const samples = channels.reduce((sum, { length }) => sum + length, 0);
      assert.ok(samples <= 1000 * bytes.length, `${samples} samples out of ${bytes.length} bytes`);
      decoded++;
    } catch (error) {
      assert.equal((error as Error).name, "AlcapError", String((error as Error).stack));
    }
  }
  return decoded;
}

test("3,600 damaged wav files: sound or one error", async () => {
  const decoded = await decodeAll([writeWav(new Float32Array(300), 16000)], 3600, "wav");
  assert.ok(decoded > 0 && decoded < 3600, `${decoded} still made sound`);
});

for (const [ending, count] of [
  ["mp3", 600],
  ["flac", 400],
  ["ogg", 150],
  ["opus", 150],
  ["oga", 100],
] as const)
  test(`${count} damaged ${ending} files: sound or one error`, { timeout: 60_000 }, async () => {
    mock.method(console, "error", () => {}); // what the decoders write; in the library it ends in their worker
    const decoded = await decodeAll([read(ending)], count, ending);
    mock.restoreAll();
    assert.ok(decoded > 0 && decoded < count, `${decoded} still made sound`);
  });

test("nothing of a damaged file reaches the program's own console", async () => {
  const shown = mock.method(console, "error", () => {});
  const bytes = read("oga");
  await decodeAudio(bytes.subarray(0, Math.floor(bytes.length * 0.6)));
  mock.restoreAll();
  assert.equal(shown.mock.callCount(), 0);
});
