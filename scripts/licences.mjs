// Writes into licences.md what package-lock.json installs, with versions and licences: node scripts/licences.mjs. With --check it writes
// nothing and fails where the page is not up to date.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const page = path.join(root, "licences.md");
const json = (file) => JSON.parse(readFileSync(path.join(root, file), "utf8"));
const { packages } = json("package-lock.json");

const places = Object.keys(packages).filter((place) => place.includes("node_modules/") && !packages[place].link);
const nameOf = (place) => packages[place].name ?? place.split("node_modules/").at(-1);
const found = places.map((place) => ({ place, name: nameOf(place), licence: licenceOf(place), ...packages[place] }));

/** As the lockfile says, as the package that brings it for one system says, or by its own licence file. */
function licenceOf(place) {
  const { license } = packages[place];
  if (license) return license;
  const parent = Object.values(packages).find(({ optionalDependencies = {} }) => nameOf(place) in optionalDependencies);
  if (parent?.license) return parent.license;
  const own = path.join(root, place, "LICENSE");
  return existsSync(own) && /Permission is hereby granted, free of charge/.test(readFileSync(own, "utf8")) ? "MIT" : "not said";
}

/** Packages that this project names itself, by the name that it uses. */
function direct() {
  const [own, lib] = [json("package.json"), json("lib/package.json")];
  const rows = [
    ...Object.keys(lib.dependencies).map((name) => [name, "library"]),
    ...Object.keys(own.dependencies)
      .filter((name) => name !== "alcap")
      .map((name) => [name, "notebooks"]),
    ...Object.keys(own.devDependencies).map((name) => [name, "development"]),
  ];
  return rows.map(([name, use]) => {
    const one =
      found.find(({ place }) => place === `lib/node_modules/${name}`) ??
      found.find(({ place }) => place === `node_modules/${name}`);
    return `| \`${name}\` | ${one.version} | ${one.licence} | ${use} |`;
  });
}

/** All packages by licence, the most frequent licence first. */
function all() {
  const byLicence = new Map();
  for (const { name, version, licence } of found)
    byLicence.set(licence, new Set([...(byLicence.get(licence) ?? []), `${name} ${version}`]));
  return [...byLicence]
    .sort(([a, x], [b, y]) => y.size - x.size || a.localeCompare(b, "en"))
    .map(
      ([licence, names]) => `- **${licence}** (${names.size}): ${[...names].sort((a, b) => a.localeCompare(b, "en")).join(", ")}`,
    );
}

/** Licence files of others' work that lies in this repository. */
function carried() {
  const files = ["data", "lib"].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name === "LICENSE")
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/")),
  );
  const ours = files.filter((file) => !/(^|\/)(node_modules|dist|models|cache|downloads)\//.test(file));
  return ours.sort().map((file) => `- [\`${file}\`](${file})`);
}

const text = [
  "### Carried in this repository",
  "",
  ...carried(),
  "",
  "### Named by this project",
  "",
  "| package | version | licence | for |",
  "| --- | --- | --- | --- |",
  ...direct(),
  "",
  `### All ${found.length} entries of the lockfile`,
  "",
  "Every system's binaries are counted; one machine installs its own only.",
  "",
  ...all(),
].join("\n");

const pattern = /(<!-- packages: [^>]*-->\n)[\s\S]*(\n<!-- \/packages -->)/;
const before = readFileSync(page, "utf8");
if (!pattern.test(before)) throw new Error("licences.md has no place for the packages.");
const after = before.replace(pattern, (_, open, close) => `${open}${text}${close}`);
if (process.argv.includes("--check") && after !== before) {
  console.error("licences.md is not up to date. Run node scripts/licences.mjs");
  process.exit(1);
}
if (after !== before) writeFileSync(page, after);
