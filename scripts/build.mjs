// Incremental build: tsc for lib and test, one bundle of tfjs's gradient table (plain Node imports of tfjs-core register none), and one
// of the results page's script.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(path.join(root, "package.json"));

export async function bundleGradients() {
  const entry = require.resolve("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  const outfile = path.join(root, "lib/dist/vendor/tfjs-gradients.js");
  if (existsSync(outfile) && statSync(outfile).mtimeMs > statSync(entry).mtimeMs) return;
  const { build } = await import("esbuild");
  await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "cjs", logLevel: "error" });
}

/** The script of the results page, with ONNX Runtime's own in it. */
async function bundlePage() {
  const entry = path.join(root, "lib/report/page/main.ts");
  const outfile = path.join(root, "lib/dist/report/page.js");
  const { build } = await import("esbuild");
  const lean = { bundle: true, minify: true, platform: "browser", format: "iife", target: "es2022", legalComments: "eof" };
  await build({ entryPoints: [entry], outfile, ...lean, define: { "import.meta.url": '""' }, logLevel: "error" });
}

export async function build() {
  await bundleGradients();
  await bundlePage();
  const tsc = require.resolve("typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-b", path.join(root, "tsconfig.json")], { stdio: "inherit" });
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(await build());
