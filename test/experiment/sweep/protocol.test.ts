import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { demandProtocol, PROTOCOL } from "alcap/dist/experiment/sweep/protocol";

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A project's folder with a protocol or none. */
function project(protocol?: string): string {
  const root = mkdtempSync(path.join(tmpdir(), "alcap-protocol-"));
  folders.push(root);
  mkdirSync(path.join(root, "results"));
  if (protocol !== undefined) writeFileSync(path.join(root, PROTOCOL), protocol);
  return root;
}

function git(root: string, ...words: string[]): void {
  const { status, stderr } = spawnSync("git", ["-C", root, "-c", "user.name=a", "-c", "user.email=a@b", ...words], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
}

const refused = (root: string, message: RegExp) => assert.throws(() => demandProtocol(root), { code: "usage", message });

test("outside git the protocol must be there", () => {
  refused(project(), /PROTOCOL\.md does not exist/);
  demandProtocol(project("Two endpoints."));
});

test("in a clone it must be committed, and stand as it was committed", () => {
  const root = project("Two endpoints.");
  git(root, "init", "-q");
  refused(root, /is not committed/);
  git(root, "add", PROTOCOL);
  refused(root, /is not committed/);
  git(root, "commit", "-qm", "The protocol");
  demandProtocol(root);
  writeFileSync(path.join(root, PROTOCOL), "Three endpoints.");
  refused(root, /is not as it was committed/);
  git(root, "add", PROTOCOL);
  refused(root, /is not as it was committed/);
  git(root, "commit", "-qm", "Another protocol");
  demandProtocol(root);
});
