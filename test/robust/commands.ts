import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "alcap/dist/files/project";
import { MODELS } from "alcap/dist/model/weights";

/** A command that writes, in a home of its own. */
export interface Job {
  readonly args: (home: string) => readonly string[];
  /** What it works on, put into a new home. */
  readonly prepare?: (home: string) => void | Promise<void>;
  /** Paths below the home of what it makes, and what of a file does not depend on when and where it was made. */
  readonly makes: readonly string[];
  readonly lasting?: (name: string, bytes: Buffer) => Buffer | string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs a job's command; `kill` ends it after so many milliseconds as nothing can be caught. */
export function start(job: Job, home: string, kill?: number, args = job.args(home)): Promise<Ended> {
  const begun = performance.now();
  const child = spawn(process.execPath, [path.join(projectRoot(), "lib/bin/alcap.js"), ...args], {
    env: { ...process.env, ALCAP_HOME: home, ALCAP_THREADS: "1", ...job.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => {
    stderr += text;
  });
  const killer = kill === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), kill);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(killer);
      resolve({ code, stderr, ms: performance.now() - begun });
    });
  });
}

/** What is the user's own, beside and among what the commands write. */
const own: Readonly<Record<string, string>> = {
  "thesis/chapter.txt": "three years",
  "out.tmp": "a file of the user's",
  "out.old/notes.txt": "more of them",
  "out.bak-123.tmp/deep.txt": "and more",
  "data/cache/mine.tmp": "mine",
};

export async function newHome(job: Job): Promise<string> {
  const home = mkdtempSync(path.join(tmpdir(), "alcap-robust-"));
  for (const [name, text] of Object.entries(own)) {
    mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
    writeFileSync(path.join(home, name), text);
  }
  await job.prepare?.(home);
  return home;
}

const filesOf = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true })
        .map(String)
        .filter((name) => statSync(path.join(folder, name)).isFile())
        .sort()
    : [];

/** What of the user's is lost or changed, and what is left under a temporary name. */
export function harm(home: string): string[] {
  const changed = Object.entries(own).filter(([name, text]) => {
    const file = path.join(home, name);
    return !existsSync(file) || readFileSync(file, "utf8") !== text;
  });
  const left = readdirSync(home, { recursive: true })
    .map(String)
    .filter(
      (name) =>
        /\.(tmp|old|part|partial)$/.test(name) && !Object.keys(own).some((mine) => mine === name || mine.startsWith(`${name}/`)),
    );
  return [...changed.map(([name]) => `${name} is not as it was`), ...left.map((name) => `${name} is left`)];
}

/** Names what a job made. */
export function made(job: Job, home: string): string {
  const hash = createHash("sha256");
  for (const place of job.makes)
    for (const name of filesOf(path.join(home, place))) {
      const bytes = readFileSync(path.join(home, place, name));
      const lasting = job.lasting ? job.lasting(name, bytes) : bytes;
      if (lasting !== undefined) hash.update(`${name}\n`).update(lasting);
    }
  return hash.digest("hex");
}

/** What is the same of a run's record whenever and wherever it was made. */
export const lastingRecord = (name: string, bytes: Buffer) =>
  name.endsWith(".json") ? JSON.stringify({ ...JSON.parse(String(bytes)), circumstances: null }) : bytes;

const fixtures = path.join(projectRoot(), "test/fixtures");

export const si: Job = {
  args: (home) => [
    ...["prepare", "si", path.join(fixtures, "corpus/records.jsonl"), "--audio", path.join(home, "songs")],
    ...["--out", path.join(home, "out"), "--test", "3", "--validation", "2"],
  ],
  prepare: (home) => {
    mkdirSync(path.join(home, "songs"));
    const ids = readFileSync(path.join(fixtures, "corpus/records.jsonl"), "utf8").match(/"music4all_id": ?"[^"]+"/g) ?? [];
    for (const id of new Set(ids.map((text) => text.split('"')[3])))
      cpSync(path.join(fixtures, "audio/tone.mp3"), path.join(home, "songs", `${id}.mp3`));
  },
  makes: ["out"],
};

export const songbook: Job = {
  args: (home) => [
    ...["prepare", "songbook", "--preset", "smoke", "--songs", "8", "--test-songs", "2", "--audio", "npz"],
    ...["--threads", "1", "--out", path.join(home, "out")],
  ],
  makes: ["out"],
};

export const netease: Job = {
  args: (home) => [
    "prepare",
    "netease",
    path.join(fixtures, "corpus/playlists.json"),
    "--seed",
    "1",
    "--out",
    path.join(home, "out"),
  ],
  makes: ["out"],
};

const { files } = MODELS["bart-base"];
const content = (file: string) => Buffer.alloc(file.endsWith(".safetensors") ? 400_000 : 3000, file);

/** A server of models that takes its time, and the job that fetches from it. */
export async function withFetch(use: (job: Job) => Promise<void>): Promise<void> {
  const server = createServer(async ({ url = "", method, headers }, response) => {
    const body = content(files.find((name) => url.endsWith(`/${name}`)) ?? "");
    const etag = `"${createHash("sha256").update(body).digest("hex")}"`;
    const from = Number(/bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": body.length - from, etag });
    if (method === "HEAD") return void response.end();
    for (let at = from; at < body.length; at += 40_000) {
      response.write(body.subarray(at, at + 40_000));
      await sleep(20);
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await use({ args: () => ["fetch", "bart-base"], makes: ["data/models/bart-base"], env: { HF_ENDPOINT: endpoint } });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
