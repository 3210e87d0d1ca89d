import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, mock, test } from "node:test";
import { run } from "alcap/dist/cli/runs/index";
import { type RunRecord, readRecords } from "alcap/dist/experiment/run/records";
import { projectRoot } from "alcap/dist/files/project";

// The committed runs of standard in a home that has no weights, no cache, no corpus.
const home = mkdtempSync(path.join(tmpdir(), "alcap-runs-"));
process.env.ALCAP_HOME = home;
const folder = path.join(home, "results/standard/runs");
const source = path.join(projectRoot(), "results/standard/runs");
/** The first replicate's runs. */
const committed = readRecords(source).filter(
  ({ recipe: { seed, data, control, alignment } }) =>
    seed === 2020 && data.set === "songbook-positive" && !control && (alignment?.weight ?? 0.02) === 0.02,
);
for (const { id } of committed)
  for (const ending of ["json", "captions.jsonl.gz"])
    cpSync(path.join(source, `${id}.${ending}`), path.join(folder, `${id}.${ending}`));
/** A share as the command prints it. */
const percent = (method: string, measure: string) =>
  (100 * (committed.find(({ recipe }) => recipe.method === method)?.metrics[measure]?.mean ?? Number.NaN)).toFixed(1);
after(() => rmSync(home, { recursive: true, force: true }));

/** What the command prints, and its exit code. */
async function runs(...args: string[]): Promise<{ code: number; out: string; problems: string }> {
  const said: Record<"log" | "error", string> = { log: "", error: "" };
  const mocks = (["log", "error"] as const).map((where) =>
    mock.method(console, where, (text: string) => {
      said[where] += `${text}\n`;
    }),
  );
  try {
    return { code: await run(args), out: said.log, problems: said.error };
  } finally {
    for (const one of mocks) one.mock.restore();
  }
}

const listed = async () => JSON.parse((await runs("list", "--preset", "standard", "--json")).out) as RunRecord[];
const idOf = (records: readonly RunRecord[], method: string) =>
  records.find(({ recipe }) => recipe.method === method && recipe.seed === 2020)?.id ?? "";

test("list shows the committed runs, without weights", async () => {
  const { out, code } = await runs("list", "--preset", "standard");
  assert.equal(code, 0);
  const [head = "", ...rows] = out.trim().split("\n");
  assert.match(head, /^run +method +λ +seed +data set +ROUGE-1 +ROUGE-2 +ROUGE-L +METEOR +theme +mood$/);
  assert.equal(rows.length, committed.length);
  for (const row of rows) assert.match(row, /^songbook-\S+\.s20\d\d\.[0-9a-f]{6} +(BART|BART-fusion|ALCAP) /);
  assert.equal((await listed()).length, committed.length);
  assert.equal((await runs("list")).out, out, "standard is the only folder of results here");
});

test("show tells recipe, metrics and captions; the end of an id is enough", async () => {
  const id = idOf(await listed(), "alcap");
  const { out } = await runs("show", id);
  assert.match(out, /^alignment\.weight +0\.02$/m);
  assert.match(out, new RegExp(`^mood +${percent("alcap", "mood")} +\\[\\d+\\.\\d, \\d+\\.\\d\\]$`, "m"));
  assert.match(out, /1000 captions/);
  assert.equal((await runs("show", id.slice(-6))).out, out);
  const record = JSON.parse((await runs("show", id, "--json")).out) as RunRecord;
  assert.deepEqual(
    record,
    committed.find((one) => one.id === id),
  );
});

test("diff names the fields in which recipes differ, and sets metrics side by side", async () => {
  const records = await listed();
  const ids = [idOf(records, "alcap"), idOf(records, "bart")] as const;
  const { out } = await runs("diff", ...ids);
  assert.match(out, /^method +alcap +bart$/m);
  assert.match(out, /^alignment\.weight +0\.02 +–$/m);
  assert.doesNotMatch(out, /^seed/m);
  assert.match(out, new RegExp(`^mood +${percent("alcap", "mood")} \\[.*\\] +${percent("bart", "mood")} \\[`, "m"));
  const json = JSON.parse((await runs("diff", ...ids, "--json")).out) as {
    readonly recipe: unknown[];
    readonly metrics: unknown[];
  };
  assert.ok(json.recipe.length > 10 && json.metrics.length > 11);
});

test("schema prints records and captions as JSON Schema", async () => {
  type Schema = { readonly required: string[]; readonly properties: Record<string, unknown> };
  const { record, caption } = JSON.parse((await runs("schema")).out) as { readonly record: Schema; readonly caption: Schema };
  assert.ok(["form", "recipe", "captions", "metrics"].every((field) => record.required.includes(field)));
  assert.deepEqual(caption.required, ["song", "reference", "caption"]);
});

test("a broken record is told of and the others are shown; what cannot be meant is a usage error", async () => {
  const [file = ""] = readdirSync(folder).filter((name) => name.endsWith(".json"));
  writeFileSync(path.join(folder, file.replace("positive", "broken")), "{}");
  const { code, out, problems } = await runs("list");
  assert.deepEqual([code, out.trim().split("\n").length], [1, committed.length + 1]);
  assert.match(problems, /broken.*: form: /);
  const cases: [string[], RegExp][] = [
    [["sing"], /no command "sing"/],
    [["show"], /ID is missing/],
    [["show", "nothing"], /No run has the id/],
    [["list", "--preset", "paper"], /no folder results\/paper/],
    [["show", "a"], /More than one run|No run/],
  ];
  for (const [args, message] of cases) await assert.rejects(runs(...args), { name: "AlcapError", code: "usage", message });
});
