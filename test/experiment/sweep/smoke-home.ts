import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { prepareMaterial } from "alcap/dist/experiment/run/songbook-material";
import { madeOnce, openClaims } from "alcap/dist/files/claim";

const prefix = "alcap-material-";
const lives = (pid: number) => existsSync(`/proc/${pid}`) || pid === process.ppid;

/** The smoke preset's encoder and base model, made once for all test files of one `npm test`. */
async function smokeCache(): Promise<string> {
  for (const name of readdirSync(tmpdir()))
    if (new RegExp(`^${prefix}\\d+$`).test(name) && !lives(Number(name.slice(prefix.length))))
      rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  const home = path.join(tmpdir(), `${prefix}${process.ppid}`);
  const cache = path.join(home, "data", "cache");
  const done = path.join(home, "done");
  const claims = openClaims(path.join(home, "claims"));
  await madeOnce(
    claims,
    "material",
    () => existsSync(done),
    async () => {
      process.env.ALCAP_HOME = home;
      await prepareMaterial(presetNamed("smoke"));
      mkdirSync(done);
    },
  );
  claims.end();
  return cache;
}

/** A new home that has the smoke preset's material and no run. */
export async function smokeHome(): Promise<string> {
  const cache = await smokeCache();
  const home = mkdtempSync(path.join(tmpdir(), "alcap-home-"));
  cpSync(cache, path.join(home, "data", "cache"), { recursive: true });
  return home;
}
