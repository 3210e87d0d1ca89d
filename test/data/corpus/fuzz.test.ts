import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { addsUp, prepareNetease, prepareRecords, verifyCorpus } from "alcap/dist/data/corpus";
import { readRows } from "alcap/dist/files/rows/read-rows";
import seedrandom from "seedrandom";
import { mutants } from "../mutate";
import { fixture, put, ruler, scratch } from "./helpers";

/** What breaks tables and JSON more often than a random byte. */
const POISON = [
  '"',
  '""',
  ",",
  "\n",
  "\r",
  "\r\n",
  "{",
  "}",
  "[",
  "]",
  "\\",
  "\0",
  "\ufeff",
  "null",
  "-1e999",
  "__proto__",
  '"__proto__":{"polluted":1},',
  "../",
  "[[[[[[[[",
  "é",
];

/** Damaged copies: bytes as in `mutants`, and poison put in. */
function* poisoned(files: readonly Uint8Array[], count: number, seed: string): Generator<Buffer> {
  const random = seedrandom(`${seed}/poison`);
  const below = (n: number) => Math.floor(random() * n);
  let i = 0;
  for (const mutant of mutants(files, count, seed)) {
    let bytes = Buffer.from(i++ % 3 === 0 ? mutant : files[i % files.length]!);
    for (let edits = below(4); edits >= 0; edits--) {
      const at = below(bytes.length + 1);
      bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(POISON[below(POISON.length)]!), bytes.subarray(at)]);
    }
    yield bytes;
  }
}

const sources = {
  csv: Buffer.from(
    '\ufeffmusic4all_id,lyrics,comment,votes\r\nS1,"la, la\r\nla","about ""love""",3\r\nS2,oh,more,-1\r\nS3,ah,less,0\r\nS4,eh,most,2\r\n',
  ),
  jsonl: readFileSync(fixture("records.jsonl")).subarray(0, 2200),
  json: Buffer.from(`[${readFileSync(fixture("records.jsonl"), "utf8").trim().split("\n").slice(0, 9).join(",\n")}]`),
};

function assertClean(): void {
  assert.equal(Reflect.get({}, "polluted"), undefined);
  assert.deepEqual(Object.keys(Object.prototype), []);
}

for (const [ending, source] of Object.entries(sources))
  test(`1,700 damaged .${ending} files: records in order, or one error`, { timeout: 60_000 }, async (t) => {
    const folder = scratch(t);
    let whole = 0;
    let refused = 0;
    for (const bytes of poisoned([source], 1700, ending)) {
      const file = put(folder, `a.${ending}`, bytes);
      try {
        let last = 0;
        for await (const record of readRows(file, { required: ending === "csv" ? ["music4all_id"] : [] })) {
          assert.ok(record.row > last);
          last = record.row;
          if (!("kind" in record)) whole++;
        }
      } catch (error) {
        assert.equal((error as Error).name, "AlcapError", String((error as Error).stack));
        refused++;
      }
    }
    assertClean();
    assert.ok(whole > 500 && refused < 1700, `${whole} whole records, ${refused} files refused`);
  });

test("250 damaged sources: a corpus whose books are right, or one error and nothing left behind", {
  timeout: 60_000,
}, async (t) => {
  const folder = scratch(t);
  const endings = Object.keys(sources) as (keyof typeof sources)[];
  let made = 0;
  for (const [i, ending] of Array.from({ length: 250 }, (_, n) => [n, endings[n % endings.length]!] as const)) {
    const [bytes] = [...poisoned([sources[ending]], 1, `whole/${i}`)];
    const file = put(folder, `a.${ending}`, bytes!);
    const out = path.join(folder, "out");
    try {
      const { about } = await prepareRecords({
        files: [file],
        out,
        held: { test: 1, validation: 1 },
        seed: i,
        ruler,
        replace: true,
      });
      assert.ok(Object.values(about.accounts).every(addsUp));
      if (made++ % 5 === 0) assert.deepEqual((await verifyCorpus(out)).first, []);
    } catch (error) {
      assert.equal((error as Error).name, "AlcapError", String((error as Error).stack));
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes("tmp")),
      [],
    );
  }
  assertClean();
  assert.ok(made > 50, `${made} corpora`);
});

test("120 damaged crawls: a corpus whose books are right, or one error", { timeout: 60_000 }, async (t) => {
  const folder = scratch(t);
  const out = path.join(folder, "out");
  let made = 0;
  for (const bytes of poisoned([readFileSync(fixture("playlists.json"))], 120, "crawl")) {
    const playlists = [put(folder, "a.json", bytes)];
    try {
      const { about } = await prepareNetease({ playlists, out, seed: 1, ruler, replace: true });
      assert.ok(Object.values(about.accounts).every(addsUp));
      made++;
    } catch (error) {
      assert.equal((error as Error).name, "AlcapError", String((error as Error).stack));
    }
  }
  assertClean();
  assert.ok(made > 12, `${made} corpora`);
});

test("128 KiB of one thing end soon: quotes, brackets, commas, backslashes, line breaks, nesting", {
  timeout: 60_000,
}, async (t) => {
  const folder = scratch(t);
  for (const unit of ['"', "[", "{", "]", ",", "\\", '\\"', "\n", "\r\n", "a", "\0", '["', '{"a":', '"\n'])
    for (const ending of ["csv", "json"])
      for (const start of ["", '[{"a":', "a,b\n"]) {
        const file = put(folder, `a.${ending}`, start + unit.repeat((1 << 17) / unit.length));
        try {
          for await (const record of readRows(file)) assert.ok(record.row > 0);
        } catch (error) {
          assert.equal((error as Error).name, "AlcapError", `${JSON.stringify(unit)} ${ending}: ${(error as Error).stack}`);
        }
      }
});
