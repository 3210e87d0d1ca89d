import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Claims, type ClaimTimes, holds, madeOnce, openClaims } from "alcap/dist/files/claim";

const root = mkdtempSync(path.join(tmpdir(), "alcap-claim-"));
after(() => rmSync(root, { recursive: true, force: true }));
const times: ClaimTimes = { beat: 0.05, stale: 1 };
let folders = 0;
const folder = () => path.join(root, String(folders++));
const MINUTE = 60_000;

/** A claim by somebody else, as it is found on the disk; gives a sign of life by a clock that is so far off, ms. */
function stranger(at: string, name: string) {
  const file = path.join(at, name, "1");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '{"owner":"a stranger","host":"elsewhere","process":1}\n');
  return (skew: number) => {
    const time = new Date(Date.now() + skew);
    utimesSync(file, time, time);
  };
}

/** Tries for so long, ms. */
async function tryFor(claims: Claims, name: string, ms: number, meanwhile = () => {}) {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(20)) {
    meanwhile();
    const claim = claims.take(name);
    if (claim) return claim;
  }
  return undefined;
}

test("a claim is one worker's until it is given back; numbers never come back", async () => {
  const at = folder();
  const [a, b] = [openClaims(at, times), openClaims(at, times)];
  const first = a.take("run");
  assert.ok(first && holds(first));
  assert.equal(await tryFor(b, "run", 2500), undefined); // more than twice what counts as silence
  a.release(first);
  assert.ok(!holds(first));
  const second = b.take("run");
  assert.ok(second && holds(second));
  assert.deepEqual(readdirSync(path.join(at, "run")), ["2"]);
  b.end();
  assert.ok(a.take("run"));
  a.end();
});

for (const skew of [-MINUTE, MINUTE])
  test(`a clock ${skew / 1000} s off does no harm: a living owner stays, a silent one is taken over`, async () => {
    const at = folder();
    const beat = stranger(at, "run");
    beat(skew);
    const claims = openClaims(at, times);
    assert.equal(await tryFor(claims, "run", 2500, () => beat(skew)), undefined);
    const began = performance.now();
    const claim = await tryFor(claims, "run", 5000);
    assert.ok(claim && holds(claim));
    assert.ok(performance.now() - began > 1000 * (times.stale - times.beat), "before the owner was silent for long enough");
    claims.end();
  });

test("an owner that was stopped and taken over no longer holds its claim, and giving it back changes nothing", async () => {
  const at = folder();
  const stopped = openClaims(at, { beat: 1000, stale: 1000 });
  const old = stopped.take("run");
  const claims = openClaims(at, times);
  const claim = await tryFor(claims, "run", 5000);
  assert.ok(old && claim && !holds(old) && holds(claim));
  stopped.release(old);
  assert.ok(holds(claim));
  stopped.end();
  claims.end();
});

test("of an owner on this machine that has ended it is known at once", () => {
  const at = folder();
  const words = ["-e", "require(process.argv[1]).openClaims(process.argv[2]).take('run'); process.exit()"];
  spawnSync(process.execPath, [...words, require.resolve("alcap/dist/files/claim"), at]);
  const claims = openClaims(at);
  assert.ok(claims.take("run"));
  claims.end();
});

const NAMES = 400;
/** Looks at all claims, and when their owners have been silent for long enough takes, in step with the others, what it can. */
const racer = `
const { openClaims } = require(process.argv[1]);
const claims = openClaims(process.argv[2], { beat: 0.05, stale: 1 });
const names = Array.from({ length: ${NAMES} }, (_, i) => "run" + i);
const at = (time) => { while (Date.now() < time); };
const begin = Number(process.argv[3]);
at(begin);
for (const name of names) if (claims.take(name)) console.log("too early");
at(begin + 3000);
for (const name of names) if (claims.take(name)) console.log(name);
process.exit(0); // without giving anything back
`;

test("of many processes that find a silent owner at one moment one takes over", async () => {
  const at = folder();
  for (let i = 0; i < NAMES; i++) stranger(at, `run${i}`);
  const module = require.resolve("alcap/dist/files/claim");
  const begin = String(Date.now() + 2500);
  const outputs = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ["-e", racer, module, at, begin]);
      let words = "";
      for await (const part of child.stdout) words += part;
      return words.split("\n").filter(Boolean);
    }),
  );
  const taken = outputs.flat();
  assert.equal(taken.length, NAMES);
  assert.equal(new Set(taken).size, NAMES);
});

test("something that several need is made by one of them", async () => {
  const at = folder();
  const all = Array.from({ length: 4 }, () => openClaims(at, times));
  let made = 0;
  let here = false;
  const make = async () => {
    made++;
    await sleep(700);
    here = true;
  };
  await Promise.all(all.map((claims) => madeOnce(claims, "encoder", () => here, make)));
  assert.equal(made, 1);
  for (const claims of all) claims.end();
});
