// Writes data/wordnet/wordnet-3.0.txt, the compact index METEOR reads, from the WordNet 3.0 database files:
//   apt-get install wordnet-base && node scripts/wordnet/build.mjs [/usr/share/wordnet [data/wordnet]]
// One line per synset with its members (spaces as underscores, syntactic markers such as "(a)" removed), grouped by part of speech;
// then the exception lists: irregular form, base forms. Glosses, relations and sense numbers are left out.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const [source = "/usr/share/wordnet", target = path.join(root, "data/wordnet")] = process.argv.slice(2);
const partsOfSpeech = ["noun", "verb", "adj", "adv"];

function lines(name) {
  return readFileSync(path.join(source, name), "utf8").split("\n").filter(Boolean);
}

const isLicence = (line) => line.startsWith("  ");

function members(line) {
  const fields = line.split(" ");
  const count = Number.parseInt(fields[3], 16);
  return Array.from({ length: count }, (_, i) => fields[4 + 2 * i].replace(/\(.*\)$/, "")).join(" ");
}

const header = lines("data.noun").filter(isLicence);
if (!header.some((line) => line.includes("WordNet 3.0"))) throw new Error(`${source} does not hold WordNet 3.0.`);

const sections = partsOfSpeech.flatMap((part) => [
  `# synsets ${part}`,
  ...lines(`data.${part}`)
    .filter((line) => !isLicence(line))
    .map(members),
  `# exceptions ${part}`,
  ...lines(`${part}.exc`).map((line) => line.trim().split(/\s+/).join(" ")),
]);

function writeWhole(name, text) {
  const file = path.join(target, name);
  writeFileSync(`${file}.partial`, text);
  renameSync(`${file}.partial`, file);
}

writeWhole("wordnet-3.0.txt", `${sections.join("\n")}\n`);
writeWhole("LICENSE", `${header.map((line) => line.replace(/^ +\d+ ?/, "").trimEnd()).join("\n")}\n`);
console.log(`${target}: ${sections.length} lines`);
