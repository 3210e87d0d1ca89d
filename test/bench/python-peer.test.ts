import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pythonPeer } from "alcap/dist/bench/python-peer";
import { projectRoot } from "alcap/dist/files/project";
import { z } from "zod";

const home = mkdtempSync(path.join(tmpdir(), "alcap-peer-"));
const temporary = path.join(home, "tmp");
mkdirSync(temporary);
after(() => rmSync(home, { recursive: true, force: true }));

/** A stand-in for Python: a shell script. */
function python(name: string, script: string): string {
  const file = path.join(home, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}
const ready = `echo '{"ready": true, "torch": "1.0"}'`;
const peer = (file: string) => pythonPeer(file, "torch_step.py", ["."], 1, { start: 5, answer: 0.3 });
const answer = z.object({ loss: z.number() });

test("a Python that is not there, and one without a module, are missing", async () => {
  assert.deepEqual(await peer("/nonexistent"), { reason: "There is no Python at /nonexistent." });
  const bare = python("bare", `echo "ModuleNotFoundError: No module named 'torch'" >&2; exit 1`);
  assert.deepEqual(await peer(bare), { reason: `${bare} has no torch.` });
});

test("a peer answers line by line, and what it says must be a measurement", async () => {
  const kind = await peer(python("kind", `${ready}; while read line; do echo "{\\"loss\\": $line}"; done`));
  assert.ok("ask" in kind);
  assert.deepEqual(await kind.ask("1.5", answer), { loss: 1.5 });
  await assert.rejects(kind.ask('"much"', answer), { code: "engine", message: /which is no measurement/ });
  kind.close();
});

test("a peer that fails, talks of something else or is silent is an error, and does not go on", async () => {
  const wrong: [string, RegExp][] = [
    ["exit 3", /gave no answer: it said nothing/],
    ["echo 'Segmentation fault' >&2; exit 139", /gave no answer: Segmentation fault/],
    ["echo hello; exec sleep 60", /answers "hello", which is no measurement/],
    [`echo '{"ready": true}'; exec sleep 60`, /which is no measurement/],
  ];
  for (const [script, message] of wrong) await assert.rejects(peer(python("wrong", script)), { code: "engine", message });
  const mute = python("mute", "exec sleep 60");
  await assert.rejects(pythonPeer(mute, "torch_step.py", ["."], 1, { start: 0.2, answer: 1 }), /gave no answer in 0\.2 s/);
  for (const [script, message] of [
    [`${ready}; exec sleep 60`, /gave no answer in 0\.3 s/],
    [`${ready}; read line; echo 'no memory' >&2; exit 1`, /ended during the measurement: no memory/],
  ] as const) {
    const late = await peer(python("late", script));
    assert.ok("ask" in late);
    await assert.rejects(late.ask("1", answer), { code: "engine", message });
    late.close();
  }
});

/** Our own temporary folders; ONNX Runtime keeps files of its own there. */
const leftBehind = () => readdirSync(temporary).filter((name) => name.startsWith("alcap"));

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(projectRoot(), "lib/bin/alcap.js"), "bench", ...args], {
    env: { ...process.env, TMPDIR: temporary },
    encoding: "utf8",
    timeout: 60_000,
  });

test("bench step without Python gives our own figures and says why there are no others", () => {
  const args = ["step", "--rounds", "1", "--python", "/nonexistent"];
  const said = bench(...args);
  assert.equal(said.status, 0, said.stderr);
  assert.match(said.stdout, /this library +\d+ ms wall/);
  assert.match(said.stdout, /^no peer: There is no Python at \/nonexistent\.$/m);
  const json = JSON.parse(bench(...args, "--json").stdout) as {
    results: { peer: unknown; reason: string; ours: { wallMs: number } }[];
  };
  const [result] = json.results;
  assert.equal(result?.peer, null);
  assert.match(result?.reason ?? "", /no Python/);
  assert.ok((result?.ours.wallMs ?? 0) > 0);
  assert.deepEqual(leftBehind(), []);
});

test("bench step and bench metrics with a Python that talks nonsense: one line, exit code 1, nothing left behind", () => {
  const odd = python("odd", "cat > /dev/null & echo hello; wait");
  for (const args of [
    ["step", "--rounds", "1"],
    ["metrics", "--pairs", "5", "--words", "5"],
  ]) {
    const { status, stdout, stderr } = bench(...args, "--python", odd);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^alcap: .*answers "hello\s*", which is no measurement\. Try another --python\.$/m);
    assert.equal(stdout, "");
  }
  assert.deepEqual(leftBehind(), []);
});
