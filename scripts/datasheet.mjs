// Writes into data/README.md what the standard corpus holds: its rows beside the paper's, and the SHA-256 of its words. Run it after the
// generator has changed: node scripts/datasheet.mjs
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(path.join(root, "package.json"));
const { readAbout, songbookDataSets, tablesOf } = require("alcap/dist/data/corpus");
const { paperSizes } = require("alcap/dist/experiment/dataset/corpus-facts");
const splits = ["train", "validation", "test"];
const command = ["prepare", "songbook", "--preset", "standard", "--seed", "7"];

const folder = mkdtempSync(path.join(tmpdir(), "alcap-datasheet-"));
try {
  const out = path.join(folder, "songbook");
  const made = spawnSync(process.execPath, [path.join(root, "lib/bin/alcap.js"), ...command, "--out", out, "--json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (made.status !== 0) process.exit(1);
  fillIn(path.join(root, "data/README.md"), describe(out, JSON.parse(made.stdout)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function describe(out, { songs, sha256 }) {
  const number = (count) => (count === null ? "not said" : count.toLocaleString("en-US"));
  const total = splits.reduce((sum, split) => sum + songs[split], 0);
  const rows = Object.entries(songbookDataSets).map(([name, { folder: part }]) => {
    const { tables } = readAbout(path.join(out, part));
    const files = tablesOf(name);
    const ours = splits.map((split) => number(tables[files[split]].rows));
    const paper = splits.map((split) => number(paperSizes[name].sizes[split]));
    const words = tables[files.train].comment.mean.toFixed(1);
    const place = part === "." ? files.train : `${part}/${files.train}`;
    return `| ${name} | \`${place}\` … | ${ours.join(" | ")} | ${words} | ${paperSizes[name].name} | ${paper.join(" | ")} |`;
  });
  return [
    `Rows at the preset \`standard\` (${number(total)} songs: ${splits.map((split) => `${number(songs[split])} ${split}`).join(", ")}), beside the paper's (sections 5.1 and 5.2):`,
    "",
    "| data set | tables | train | validation | test | words a caption | stands in for | train | validation | test |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    `\`npx alcap ${command.join(" ")} --out DIR\` writes these words and ends with the SHA-256 \`${sha256}\`.`,
  ].join("\n");
}

function fillIn(file, text) {
  const pattern = /(<!-- standard: [^>]*-->\n)[\s\S]*(<!-- \/standard -->)/;
  const before = readFileSync(file, "utf8");
  if (!pattern.test(before)) throw new Error(`${file} has no place for the tables.`);
  writeFileSync(
    file,
    before.replace(pattern, (_, open, close) => `${open}${text}\n${close}`),
  );
}
