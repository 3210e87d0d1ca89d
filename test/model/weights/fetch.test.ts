import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fetchModel, findModel, MODELS, modelName, requireModel } from "alcap/dist/model/weights";

const { repository, commit: COMMIT, files } = MODELS["bart-base"];
const LARGE = "model.safetensors";

/** What the pretended hub holds. */
const CONTENT: Readonly<Record<string, Buffer>> = Object.fromEntries(
  files.map((file) => [file, file === LARGE ? Buffer.alloc(300_000, "weights") : Buffer.from(`{"this is": "${file}"}`)]),
);

interface Hub {
  readonly endpoint: string;
  readonly requests: string[];
}

/** How a hub misbehaves. */
interface Faults {
  /** Drop the connection after so many bytes of the large file, once. */
  cutAt?: number;
  /** Send other bytes than were described. */
  corrupt?: boolean;
  /** Send everything whatever range was asked for. */
  noRanges?: boolean;
  status?: number;
  /** Say nothing from here on. */
  silent?: "asked" | "sending";
}

/** A server that answers like HuggingFace's: large files are described on a redirect to another path. */
async function withHub(faults: Faults, use: (hub: Hub) => Promise<void>): Promise<void> {
  const requests: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url ?? "";
    requests.push(`${request.method} ${url} ${request.headers.range ?? ""}`.trim());
    if (faults.silent === "asked") return;
    if (faults.status) return void response.writeHead(faults.status).end();
    const file = files.find((name) => url.endsWith(`/${name}`)) ?? "";
    const content = CONTENT[file] ?? Buffer.alloc(0);
    if (!url.startsWith("/cdn/") && file === LARGE) {
      const digest = createHash("sha256").update(content).digest("hex");
      return void response
        .writeHead(302, {
          location: `/cdn/${file}`,
          "x-linked-etag": `"${digest}"`,
          "x-linked-size": content.length,
          "x-repo-commit": COMMIT,
        })
        .end();
    }
    const etag = `"${createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex")}"`;
    const start = faults.noRanges ? 0 : Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const body = Buffer.from(content.subarray(start));
    if (faults.corrupt && file === LARGE) body[body.length - 1]! ^= 1;
    response.writeHead(start > 0 ? 206 : 200, { "content-length": body.length, etag, "x-repo-commit": COMMIT });
    if (request.method === "HEAD") return void response.end();
    const cut = file === LARGE ? faults.cutAt : undefined;
    if (file === LARGE && faults.silent === "sending") return void response.write(body.subarray(0, 1000));
    if (cut === undefined) return void response.end(body);
    faults.cutAt = undefined;
    response.write(body.subarray(0, cut), () => response.destroy());
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const newFolder = () => mkdtempSync(path.join(tmpdir(), "alcap-models-"));

test("a model is fetched whole, from one commit, with progress and sums", () =>
  withHub({}, async ({ endpoint, requests }) => {
    const models = newFolder();
    const steps: [number, number][] = [];
    const folder = await fetchModel("bart-base", { models, endpoint, progress: (done, total) => steps.push([done, total]) });
    assert.equal(folder, path.join(models, "bart-base"));
    for (const file of files) assert.deepEqual(readFileSync(path.join(folder, file)), CONTENT[file]);
    assert.ok(
      requests
        .filter((line) => line.startsWith("GET /facebook"))
        .every((line) => line.includes(`/${repository}/resolve/${COMMIT}/`)),
    );
    assert.equal(steps.at(-1)?.[0], steps.at(-1)?.[1]);
    assert.ok(
      steps.every(([done], i) => i === 0 || done >= (steps[i - 1]?.[0] ?? 0)),
      "progress never goes back",
    );
    const sums = readFileSync(path.join(folder, "SHA256SUMS"), "utf8");
    assert.ok(
      sums.includes(
        `${createHash("sha256")
          .update(CONTENT[LARGE] ?? "")
          .digest("hex")}  ${LARGE}\n`,
      ),
    );
    assert.equal(findModel("bart-base", models), folder);
    requests.length = 0;
    await fetchModel("bart-base", { models, endpoint });
    assert.ok(
      requests.every((line) => line.startsWith("HEAD")),
      "nothing is fetched twice",
    );
  }));

test("a download that breaks off leaves no file of the final name, and the next one completes it", () =>
  withHub({ cutAt: 100_000 }, async ({ endpoint }) => {
    const models = newFolder();
    const message = /broke off.*goes on where it stopped/;
    await assert.rejects(fetchModel("bart-base", { models, endpoint }), { name: "AlcapError", code: "network", message });
    assert.equal(findModel("bart-base", models), undefined);
    const folder = await fetchModel("bart-base", { models, endpoint });
    assert.deepEqual(readFileSync(path.join(folder, LARGE)), CONTENT[LARGE]);
  }));

for (const noRanges of [false, true])
  test(`what is there of a file is ${noRanges ? "fetched again where the server knows no ranges" : "not fetched again"}`, () =>
    withHub({ noRanges }, async ({ endpoint, requests }) => {
      const models = newFolder();
      mkdirSync(path.join(models, "bart-base"));
      writeFileSync(path.join(models, "bart-base", `${LARGE}.part`), CONTENT[LARGE]?.subarray(0, 50_000) ?? "");
      const folder = await fetchModel("bart-base", { models, endpoint });
      assert.deepEqual(readFileSync(path.join(folder, LARGE)), CONTENT[LARGE]);
      assert.ok(requests.includes(`GET /cdn/${LARGE} bytes=50000-`), requests.join("; "));
    }));

test("a file with other bytes than were announced is never kept", () =>
  withHub({ corrupt: true }, async ({ endpoint }) => {
    const models = newFolder();
    await assert.rejects(fetchModel("bart-base", { models, endpoint }), {
      name: "AlcapError",
      code: "network",
      message: /arrived damaged/,
    });
    assert.ok(!existsSync(path.join(models, "bart-base", LARGE)));
    assert.ok(!existsSync(path.join(models, "bart-base", `${LARGE}.part`)));
  }));

test("a damaged file on disk is replaced", () =>
  withHub({}, async ({ endpoint }) => {
    const models = newFolder();
    mkdirSync(path.join(models, "bart-base"));
    writeFileSync(path.join(models, "bart-base", LARGE), Buffer.alloc(300_000));
    const folder = await fetchModel("bart-base", { models, endpoint });
    assert.deepEqual(readFileSync(path.join(folder, LARGE)), CONTENT[LARGE]);
  }));

test("without a network, the message says which file to put where", async () => {
  const models = newFolder();
  const message = new RegExp(
    `cannot be asked for bart-base.*http://127.0.0.1:9/facebook/bart-base/resolve/${COMMIT}/vocab.json to ${path.join(models, "bart-base", "vocab.json")}`,
  );
  await assert.rejects(fetchModel("bart-base", { models, endpoint: "http://127.0.0.1:9" }), {
    name: "AlcapError",
    code: "network",
    message,
  });
  await withHub({ status: 404 }, async ({ endpoint }) => {
    await assert.rejects(fetchModel("bart-base", { models, endpoint }), {
      name: "AlcapError",
      code: "network",
      message: /answers 404/,
    });
  });
});

test("a model is found in the HuggingFace cache too", () => {
  const hub = newFolder();
  const repo = path.join(hub, "models--facebook--bart-base");
  const snapshot = path.join(repo, "snapshots", COMMIT);
  mkdirSync(path.join(repo, "refs"), { recursive: true });
  mkdirSync(snapshot, { recursive: true });
  writeFileSync(path.join(repo, "refs/main"), `${COMMIT}\n`);
  const before = process.env.HF_HUB_CACHE;
  process.env.HF_HUB_CACHE = hub;
  try {
    assert.equal(findModel("bart-base", newFolder()), undefined);
    for (const file of files) writeFileSync(path.join(snapshot, file), "x");
    assert.equal(findModel("bart-base", newFolder()), snapshot);
    writeFileSync(path.join(repo, "refs/main"), "../../../etc");
    assert.equal(findModel("bart-base", newFolder()), undefined);
    assert.throws(() => requireModel("bart-base", "/models"), {
      name: "AlcapError",
      code: "weights",
      message: /npx alcap fetch bart-base.*vocab\.json/,
    });
  } finally {
    if (before === undefined) delete process.env.HF_HUB_CACHE;
    else process.env.HF_HUB_CACHE = before;
  }
  assert.throws(() => modelName("gpt-2"), { name: "AlcapError", code: "usage", message: /bart-base, sentence-bert/ });
});

test("a server that says nothing is given up, asked or sending", async () => {
  for (const silent of ["asked", "sending"] as const)
    await withHub({ silent }, async ({ endpoint }) => {
      const begun = performance.now();
      await assert.rejects(fetchModel("bart-base", { models: newFolder(), endpoint, patience: 300 }), { code: "network" });
      assert.ok(performance.now() - begun < 20_000);
    });
});

test("three that fetch one model at once all have it, and it comes once", () =>
  withHub({}, async ({ endpoint, requests }) => {
    const models = newFolder();
    const folders = await Promise.all([1, 2, 3].map(() => fetchModel("bart-base", { models, endpoint })));
    assert.deepEqual(new Set(folders), new Set([path.join(models, "bart-base")]));
    assert.equal(requests.filter((request) => request.startsWith(`GET /cdn/${LARGE}`)).length, 1);
  }));

test("a file that is not the one that is known, or that was fetched first, is not kept", () =>
  withHub({}, async ({ endpoint }) => {
    const models = newFolder();
    const pinned = fetchModel("sentence-bert", { models, endpoint });
    await assert.rejects(pinned, {
      code: "weights",
      message: /config\.json of Xenova.* has the SHA-256 .* is known\. It was removed/,
    });
    assert.ok(!existsSync(path.join(models, "sentence-bert", "config.json")));
    const folder = await fetchModel("bart-base", { models, endpoint });
    const seen = path.join(models, "bart-base.first-seen.json");
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(seen, "utf8"))), [...files]);
    rmSync(folder, { recursive: true });
    writeFileSync(seen, JSON.stringify({ [LARGE]: "0".repeat(64) }));
    const changed = fetchModel("bart-base", { models, endpoint });
    await assert.rejects(changed, {
      code: "weights",
      message: /model\.safetensors.* is known from .*bart-base\.first-seen\.json/,
    });
    assert.ok(!existsSync(path.join(folder, LARGE)));
  }));
