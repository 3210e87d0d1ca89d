import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, rmSync, statSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { AlcapError } from "../../errors";
import { openClaims } from "../../files/claim";
import { readJsonFile } from "../../files/json";
import { isFile, openFile } from "../../files/read";
import { clearLeftovers } from "../../files/temporary";
import { writeWhole } from "../../files/whole-file";
import { type Progress, silent } from "../../progress";
import { MODELS, type ModelName } from "./models";

export interface FetchOptions {
  /** The project's folder of models, `data/models`. */
  readonly models: string;
  readonly progress?: Progress;
  /** Where HuggingFace's files are, by default `HF_ENDPOINT` or https://huggingface.co. */
  readonly endpoint?: string;
  /** A server that says nothing for so long is given up, ms; by default half a minute. */
  readonly patience?: number;
}

/** A file as the server describes it. */
interface RemoteFile {
  readonly file: string;
  readonly url: string;
  readonly target: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of a large file, git's SHA-1 of a small one. */
  readonly digest: string;
}

const MAX_REDIRECTS = 5;
const PATIENCE = 30_000;

/**
 * Downloads a model into `models/<name>`: every file of its commit, checked by size and by the digest the server states, and renamed to its
 * name only then. What is there and right is kept, what broke off goes on where it stopped. A `SHA256SUMS` is written beside the files.
 *
 * What a server states can be as wrong as what it sends. A file must also have the SHA-256 that is known here, or else the one it had when
 * it was first fetched, which `models/<name>.first-seen.json` keeps.
 *
 * @returns the model's folder
 * @throws AlcapError `network` when the server cannot be reached, saying which file to put where, or when a file arrives damaged;
 * `weights` when it is another one than is known
 */
export async function fetchModel(name: ModelName, options: FetchOptions): Promise<string> {
  const claims = openClaims(path.join(options.models, ".fetching"));
  try {
    for (;;) {
      const claim = claims.take(name);
      if (claim) return await fetchAlone(name, options);
      options.progress?.(0, 1, "another process fetches it"); // what it leaves is then found right
      await sleep(200);
    }
  } finally {
    claims.end();
  }
}

async function fetchAlone(name: ModelName, options: FetchOptions): Promise<string> {
  const {
    models,
    progress = silent,
    endpoint = process.env.HF_ENDPOINT ?? "https://huggingface.co",
    patience = PATIENCE,
  } = options;
  const folder = path.join(models, name);
  clearLeftovers(models);
  clearLeftovers(folder, { deep: true });
  const remote = await describeFiles(name, folder, endpoint, patience);
  const total = remote.reduce((sum, { size }) => sum + size, 0);
  const sums: string[] = [];
  let done = 0;
  for (const file of remote) {
    await mkdir(path.dirname(file.target), { recursive: true });
    const report = (bytes: number) => progress(done + bytes, total, file.file);
    if (!(await isRight(file.target, file))) await download(file, report, patience);
    done += file.size;
    report(0);
    const sum = await digestOf(file.target, createHash("sha256"));
    demandKnown(name, file, sum, models);
    sums.push(`${sum}  ${file.file}\n`);
  }
  writeWhole(path.join(folder, "SHA256SUMS"), sums.join(""));
  return folder;
}

/** Digests of a model's files as they were first fetched. */
function readSeen(file: string): Readonly<Record<string, string>> {
  if (!isFile(file)) return {};
  const { success, data } = z.record(z.string(), z.string()).safeParse(readJsonFile(file, { code: "weights" }));
  if (success) return data;
  throw new AlcapError("weights", `${file} does not name digests of files.`, "Delete it to trust what is fetched next.");
}

/** Throws `AlcapError` "weights" for a file that is not the one that is known; one of which nothing is known becomes known. */
function demandKnown(name: ModelName, { file, target }: RemoteFile, sum: string, models: string): void {
  const place = path.join(models, `${name}.first-seen.json`);
  const seen = readSeen(place);
  const pinned = MODELS[name].sha256[file];
  const known = pinned ?? seen[file];
  if (known === undefined) writeWhole(place, `${JSON.stringify({ ...seen, [file]: sum }, null, 1)}\n`);
  else if (known !== sum) {
    rmSync(target, { force: true });
    throw new AlcapError(
      "weights",
      `${file} of ${MODELS[name].repository} has the SHA-256 ${sum}, and ${known} is known${pinned ? "" : ` from ${place}`}.`,
      "It was removed. Ask its authors, and where the change is meant make it known.",
    );
  }
}

/** Asks for the size and digest of every file of the model's commit. */
async function describeFiles(name: ModelName, folder: string, endpoint: string, patience: number): Promise<RemoteFile[]> {
  const { repository, commit, files } = MODELS[name];
  const described: RemoteFile[] = [];
  try {
    for (const file of files) {
      const url = `${endpoint}/${repository}/resolve/${commit}/${file}`;
      const headers = await headersOf(url, patience);
      const size = Number(headers.get("x-linked-size") ?? headers.get("content-length") ?? Number.NaN);
      const digest = /[0-9a-f]{64}|[0-9a-f]{40}/.exec(headers.get("x-linked-etag") ?? headers.get("etag") ?? "")?.[0];
      if (!Number.isSafeInteger(size) || digest === undefined) throw new Error(`${url} is described without a size or a digest`);
      described.push({ file, url, target: path.join(folder, file), size, digest });
    }
  } catch (cause) {
    const wanted = files.map((file) => `${endpoint}/${repository}/resolve/${commit}/${file} to ${path.join(folder, file)}`);
    throw new AlcapError(
      "network",
      `${endpoint} cannot be asked for ${name} (${reason(cause)}).`,
      `Try again, or on another machine save ${wanted.join(", ")}.`,
      { cause },
    );
  }
  return described;
}

/** Redirects are followed by hand: a large file's size and digest stand on the redirect itself. */
async function headersOf(url: string, patience: number): Promise<Headers> {
  let at = url;
  for (let hop = 0; hop < MAX_REDIRECTS; hop++) {
    const { status, headers } = await fetch(at, {
      signal: AbortSignal.timeout(patience),
      method: "HEAD",
      redirect: "manual",
      headers: { "accept-encoding": "identity" },
    });
    const location = headers.get("location");
    if (status >= 400) throw new Error(`${at} answers ${status}`);
    if (headers.has("x-linked-etag") || location === null) return headers;
    at = new URL(location, at).href;
  }
  throw new Error(`${url} redirects without end`);
}

async function download(file: RemoteFile, report: (bytes: number) => void, patience: number): Promise<void> {
  const part = `${file.target}.part`;
  try {
    const have = existsSync(part) ? statSync(part).size : 0;
    if (have < file.size) await receive(file, part, { have, report, patience });
  } catch (cause) {
    throw new AlcapError(
      "network",
      `${file.url} broke off (${reason(cause)}).`,
      "Run the command again: it goes on where it stopped.",
      { cause },
    );
  }
  if (!(await isRight(part, file))) {
    await rm(part, { force: true });
    throw new AlcapError("network", `${file.url} arrived damaged.`, "Run the command again; the file is fetched anew.");
  }
  await rename(part, file.target);
}

/** How a file is received: from which byte on. */
interface Reception {
  readonly have: number;
  readonly report: (bytes: number) => void;
  readonly patience: number;
}

async function receive(file: RemoteFile, part: string, { have, report, patience }: Reception): Promise<void> {
  const silence = new AbortController();
  const waiting = setTimeout(() => silence.abort(new Error(`nothing came for ${patience / 1000} s`)), patience).unref();
  const response = await fetch(file.url, {
    signal: silence.signal,
    headers: { "accept-encoding": "identity", ...(have > 0 && { range: `bytes=${have}-` }) },
  });
  if (!response.ok || !response.body) throw new Error(`the server answers ${response.status}`);
  let received = response.status === 206 ? have : 0; // a server without ranges begins again
  const flags = received > 0 ? "a" : "w";
  const counter = new Transform({
    transform(chunk: Buffer, _, next) {
      received += chunk.length;
      waiting.refresh();
      report(received);
      next(received > file.size ? new Error("more arrives than was announced") : null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), counter, createWriteStream(part, { flags })).finally(() =>
    clearTimeout(waiting),
  );
  if (received < file.size) throw new Error(`${received} of ${file.size} bytes came`);
}

/** The size first, then the digest: SHA-256, or git's SHA-1 over a header and the content. */
async function isRight(target: string, { size, digest }: RemoteFile): Promise<boolean> {
  if (!existsSync(target) || statSync(target).size !== size) return false;
  const hash = digest.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
  return (await digestOf(target, hash)) === digest;
}

async function digestOf(file: string, hash: Hash): Promise<string> {
  for await (const chunk of createReadStream(file, { fd: openFile(file, { most: Number.MAX_SAFE_INTEGER }).handle }))
    hash.update(chunk);
  return hash.digest("hex");
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}
