import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { prepareMaterial } from "alcap/dist/experiment/run/songbook-material";
import { encoderName } from "alcap/dist/experiment/tagger/train-encoder";

const home = mkdtempSync(path.join(tmpdir(), "alcap-songbook-material-"));
process.env.ALCAP_HOME = home;
process.env.ALCAP_THREADS = "1";
after(() => rmSync(home, { recursive: true, force: true }));

test("material needs no reporter, and runs of other seeds share one encoder and one text model", {
  timeout: 120_000,
}, async () => {
  const smoke = presetNamed("smoke");
  const preset = { ...smoke, corpus: { ...smoke.corpus, songs: 25 } };
  const first = await prepareMaterial(preset);
  const other = await prepareMaterial({ ...preset, seeds: [1, 2] });
  assert.deepEqual([other.music.hash, other.start.hash], [first.music.hash, first.start.hash]);
});

test("quick and standard have one encoder, whatever corpus they caption", () => {
  const [quick, standard, smoke] = (["quick", "standard", "smoke"] as const).map(presetNamed);
  const other = { ...quick!, corpus: { ...quick!.corpus, seed: 8, noise: 0.8 } };
  assert.deepEqual([encoderName(standard!), encoderName(other)], [encoderName(quick!), encoderName(quick!)]);
  assert.notEqual(encoderName(smoke!), encoderName(quick!));
});
