// Completes package-lock.json after `npm install` on a machine whose registry does not serve every platform's binaries:
// `npm ci` refuses a lockfile that lacks a package named in optionalDependencies, even one for another system.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const systems = ["android", "darwin", "linux", "win32"];
const added = [];

for (const parent of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (Object.keys(lock.packages).some((place) => place.endsWith(`node_modules/${name}`))) continue;
    const parts = name.split("-");
    const os = systems.filter((system) => parts.includes(system));
    const cpu = ["arm64", "x64"].filter((chip) => parts.includes(chip));
    const libc = parts.includes("musl") ? { libc: ["musl"] } : {};
    const dev = parent.dev ? { dev: true } : {};
    lock.packages[`node_modules/${name}`] = { version, cpu, ...dev, ...libc, optional: true, os };
    added.push(name);
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? "package-lock.json is complete." : `Added ${added.join(", ")}.`);
