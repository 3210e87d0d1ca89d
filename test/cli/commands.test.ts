import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { mock, test } from "node:test";
import { alcap } from "alcap/dist/cli/commands";
import { projectRoot } from "alcap/dist/files/project";

const shell = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(projectRoot(), "lib/bin/alcap.js"), ...args], { encoding: "utf8" });

/** A command's help, from this process. */
async function help(...words: string[]): Promise<string> {
  const log = mock.method(console, "log", () => {});
  try {
    assert.equal(await alcap.run([...words, "--help"]), 0);
    return log.mock.calls.map((call) => String(call.arguments[0])).join("\n");
  } finally {
    log.mock.restore();
  }
}

const inner = {
  runs: "list, show, diff, keep, attention, alignment, verdict, schema",
  bench: "step, audio, metrics",
  verify: "model, encoder, optimiser, decoding, metrics, run, data",
  prepare: "si, netease, songbook",
};

test("the list of commands names every command, those of groups too", async () => {
  const list = (await help()).replace(/\s+/g, " ");
  for (const name of alcap.names) assert.match(list, new RegExp(` ${name} `));
  for (const [name, names] of Object.entries(inner)) assert.match(list, new RegExp(` ${name} [^:]*: ${names}`));
});

test("every command has a help of its own, also by `alcap help`", async () => {
  const groups = Object.entries(inner).flatMap(([name, names]) => names.split(", ").map((one) => [name, one]));
  for (const words of [...alcap.names.map((name) => [name]), ...groups])
    assert.match(await help(...words), new RegExp(`^Usage: alcap ${words.join(" ")} `));
  const log = mock.method(console, "log", () => {});
  assert.equal(await alcap.run(["help", "bench", "step"]), 0);
  log.mock.restore();
  assert.match(String(log.mock.calls[0]?.arguments[0]), /--rounds N/);
});

/** Every whole `npx alcap …` of a file's blocks and code spans: its words, a number for N. */
function commandLines(file: string): string[][] {
  const text = readFileSync(path.join(projectRoot(), file), "utf8");
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split("\n"));
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span);
  return [...blocks, ...spans]
    .map((line) => line.replace(/ #.*/, "").replace(/^npm run reproduce( --)?/, "npx alcap reproduce"))
    .filter((line) => /^npx alcap [a-z]/.test(line) && !/…|\|/.test(line))
    .map((line) =>
      line
        .trim()
        .split(/\s+/)
        .slice(2)
        .map((word) => (word === "N" ? "3" : word)),
    );
}

for (const file of ["README.md", "data/README.md", "environment.md", "measurements.md", "CONTRIBUTING.md"])
  test(`${file}: every command line parses`, async () => {
    const lines = commandLines(file).filter((words) => words.length > 1); // one word is a command's name
    assert.ok(lines.length > 2, `${lines.length} found`);
    for (const words of lines)
      await alcap.parse(words).catch((error: Error) => assert.fail(`alcap ${words.join(" ")}: ${error.message}`));
  });

test("what is wrong with a command line is one line that points to the help, and exit code 2", () => {
  const wrong: [string[], string][] = [
    [["sing"], 'There is no command "sing". Run `alcap --help`.'],
    [["trian"], 'There is no command "trian". Did you mean train? Run `alcap --help`.'],
    [["__proto__"], 'There is no command "__proto__". Run `alcap --help`.'],
    [["bench", "tests"], 'There is no command "tests". Run `alcap bench --help`.'],
    [["bench"], "A command is missing. Choose one of step, audio, metrics, decode, startup, growth, all."],
    [["score", "--sed", "3"], 'There is no option "--sed". Did you mean --seed? Run `alcap score --help`.'],
    [["score"], "CAPTIONS is missing. Run `alcap score --help`."],
    [["score", "a", "b"], "There are too many arguments. Run `alcap score --help`."],
    [["score", "a", "--seed"], "--seed N lacks its value. Run `alcap score --help`."],
    [["caption", "a", "--lyrics", "--json"], '--lyrics FILE lacks its value. "--json" is an option.'],
    [["bench", "step", "--rounds", "1e99"], '--rounds is "1e99". Give a whole number from 1 to 10000.'],
    [["train", "--method", "nope"], 'There is no method "nope". Choose one of bart, bart-fusion, alcap.'],
  ];
  for (const [args, message] of wrong) {
    const { status, stdout, stderr } = shell(...args);
    assert.deepEqual([status, stdout, stderr], [2, "", `alcap: ${message}\n`], args.join(" "));
  }
});

test("each call reads its own words: nothing is left of the one before", async () => {
  const first = (await alcap.parse(["train", "--method", "bart", "--seed", "1", "--json", "--dry-run"])) as Record<
    string,
    unknown
  >;
  const second = (await alcap.parse(["train", "--method", "alcap", "--method", "bart"])) as Record<string, unknown>;
  assert.deepEqual([first.method, first.seed, first.json], [["bart"], [1], true]);
  assert.deepEqual([second.method, second.seed, second.json], [["alcap", "bart"], undefined, false]);
});

test("output that cannot be written is an error; a reader who has enough is not", {
  skip: !existsSync("/dev/full") && "no /dev/full",
}, () => {
  const alcap = (redirect: string) =>
    spawnSync("sh", ["-c", `"$0" "$1" --help ${redirect}`, process.execPath, path.join(projectRoot(), "lib/bin/alcap.js")], {
      encoding: "utf8",
    });
  const full = alcap("> /dev/full");
  assert.deepEqual([full.status, full.stderr.includes("could not be written (ENOSPC)")], [1, true]);
  const enough = alcap("| head -n 1");
  assert.deepEqual([enough.status, enough.stderr], [0, ""]);
});
