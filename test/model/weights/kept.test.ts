import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { findKept, readKept, writeKept, writeSafetensors } from "alcap/dist/model/weights";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-kept-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const w = { dtype: "float32", shape: [3], data: Float32Array.of(1, 2, 3) } as const;

test("a kept file is refused when one bit of it has changed, and counts as none where it can be made again", (t) => {
  const file = path.join(folder, "kept.safetensors");
  writeKept(file, { w }, { about: "a training of 12 steps" });
  const { tensors, metadata } = readKept(file);
  assert.deepEqual([tensors.w?.data, metadata], [w.data, { about: "a training of 12 steps" }]);
  const bytes = readFileSync(file);
  const told = t.mock.method(console, "warn", () => {});
  for (const at of [bytes.length - 1, bytes.indexOf("12 steps"), bytes.indexOf("F32"), bytes.indexOf("float") + 1]) {
    const changed = Uint8Array.from(bytes);
    changed[at]! ^= 1;
    writeFileSync(file, changed);
    assert.throws(
      () => readKept(file),
      (error: Error) => error.name === "AlcapError" && error.message.includes(file),
      `byte ${at}`,
    );
    assert.equal(findKept(file), undefined);
  }
  writeFileSync(file, bytes);
  truncateSync(file, bytes.length - 4);
  assert.equal(findKept(file), undefined);
  assert.match(String(told.mock.calls.at(-1)?.arguments[0]), /kept\.safetensors is damaged and is made again/);
  assert.equal(findKept(path.join(folder, "none")), undefined);
});

test("a file that others wrote has no digest and is read", () => {
  const file = path.join(folder, "theirs.safetensors");
  writeFileSync(file, writeSafetensors({ w }));
  assert.deepEqual(readKept(file).tensors.w?.data, w.data);
});
