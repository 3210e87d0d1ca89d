import { existsSync, readdirSync, statfsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { listSupportedBackends } from "onnxruntime-node";
import { corpusFiles } from "../../data/corpus/layout/schema";
import { compile, type DeviceName, engineInfo, settings, tf, value } from "../../engine";
import { AlcapError } from "../../errors";
import { presetNamed } from "../../experiment/preset/songbook";
import { findBaseModel } from "../../experiment/pretrain/base-model";
import { modelsFolder, projectHome, projectRoot, workspaceOf } from "../../files/project";
import { readText } from "../../files/read";
import { findModel, MODELS, type ModelName } from "../../model/weights";

/** One thing that the project can use. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Whether everything needs it; else what is missing takes only a part away. */
  readonly needed: boolean;
  /** What is there, or what is missing and for what. */
  readonly found: string;
  /** The command that mends it; null where nothing is missing. */
  readonly mend: string | null;
}

const GIB = 2 ** 30;
/** Free space that the paper's preset with BART-base asks for: weights, checkpoints, representations. */
const ROOM = 10 * GIB;

const check = (name: string, needed: boolean, ok: boolean, found: string, mend: string): Check => ({
  name,
  ok,
  needed,
  found,
  mend: ok ? null : mend,
});

/** Everything that `alcap doctor` looks at, in order; nothing is changed. */
export async function checks(): Promise<Check[]> {
  return [
    node(),
    await device("cpu"),
    await device("webgpu"),
    cuda(),
    threads(),
    tslab(),
    jupyter(),
    jupyterKernel(),
    program("slurm", ["sbatch"], "runs as job arrays", "sudo apt-get install slurm-client"),
    ...["quick", "standard"].map(baseModel),
    ...(Object.keys(MODELS) as ModelName[]).map(publicModel),
    dataSets(),
    disk(),
  ];
}

/** Node is new enough for the engine and the packages. */
export function node(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return check("node", true, ok, version, "nvm install 20.19");
}

/** A device on which a graph runs. */
async function device(name: DeviceName): Promise<Check> {
  const asked = { engine: "onnx", device: name, threads: 1, spinning: false } as const; // whatever the environment says
  const { versions } = engineInfo(asked);
  const add = compile((x: tf.Tensor) => tf.add(x, 1), { name: "one sum", ...asked });
  const mend = name === "cpu" ? "npm ci" : "sudo apt-get install mesa-vulkan-drivers";
  try {
    const { data } = await add(value(Float32Array.of(1), [1]));
    return check(`engine, ${name}`, name === "cpu", data[0] === 2, `ONNX Runtime ${versions.onnxruntime}`, mend);
  } catch (error) {
    if (!(error instanceof AlcapError)) throw error;
    const problem = error.message.split("\n")[0]?.replace(` ${error.advice}`, "") ?? "";
    return check(`engine, ${name}`, name === "cpu", false, problem, mend);
  } finally {
    await add.release();
  }
}

function cuda(): Check {
  const there = listSupportedBackends().some(({ name, bundled }) => name === "cuda" && bundled) || cudaLibrary();
  const mend = "node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12";
  return check("engine, cuda", false, there, there ? "its libraries are there" : "not downloaded, for NVIDIA cards", mend);
}

function cudaLibrary(): boolean {
  const folder = path.dirname(createRequire(__filename).resolve("onnxruntime-node/package.json"));
  return filesUnder(path.join(folder, "bin")).some((file) => path.basename(file).includes("providers_cuda"));
}

const filesUnder = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true }).map((file) => path.join(folder, String(file))) : [];

/** The engine's settings in force. */
function threads(): Check {
  const cores = os.availableParallelism();
  try {
    const { engine, device, threads } = settings();
    return check(
      "threads",
      true,
      threads <= cores,
      `${threads} of ${cores}, engine ${engine} on ${device}`,
      "unset ALCAP_THREADS",
    );
  } catch (error) {
    if (!(error instanceof AlcapError)) throw error;
    return check("threads", true, false, error.message, "unset ALCAP_ENGINE ALCAP_DEVICE ALCAP_THREADS ALCAP_SPINNING");
  }
}

function tslab(): Check {
  const file = path.join(projectRoot(), "node_modules/tslab/package.json");
  const ok = existsSync(file);
  const found = ok ? `tslab ${(JSON.parse(readText(file)) as { version: string }).version}` : "not installed";
  return check("notebook kernel", true, ok, found, "npm ci");
}

/** The file of a program on the path. */
const onPath = (name: string, folders = (process.env.PATH ?? "").split(path.delimiter)): string | undefined =>
  folders
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file) && statSync(file).isFile());

/** One of some programs on the path. */
function program(name: string, programs: readonly string[], purpose: string, mend: string): Check {
  const found = programs.flatMap((one) => onPath(one) ?? []);
  return check(name, false, found.length > 0, found[0] ?? `not found, for ${purpose}`, mend);
}

const jupyter = () =>
  program("jupyter", ["jupyter-lab", "jupyter-notebook"], "notebooks in a browser", "pip install --user jupyterlab");

/** The kernel where Jupyter looks for it. */
function jupyterKernel(): Check {
  const { JUPYTER_PATH = "", JUPYTER_DATA_DIR = path.join(os.homedir(), ".local/share/jupyter") } = process.env;
  const own = path.join(projectRoot(), ".jupyter");
  const folders = [
    ...JUPYTER_PATH.split(path.delimiter),
    JUPYTER_DATA_DIR,
    "/usr/local/share/jupyter",
    "/usr/share/jupyter",
    own,
  ];
  const file = folders
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, "kernels/tslab/kernel.json"))
    .find((one) => existsSync(one));
  const mend = `node -e 'require("./lib").installKernelspec(".jupyter")'`;
  return check("jupyter's kernel", false, file !== undefined, file ?? "Jupyter knows no kernel tslab", mend);
}

/** The base model that all methods of a preset start from. */
function baseModel(name: string): Check {
  const preset = presetNamed(name);
  const folder = findBaseModel(preset, workspaceOf(preset).cache);
  const found = folder ? path.relative(projectRoot(), folder) : "not made yet: training makes it first";
  return check(`base, ${name}`, false, folder !== undefined, found, `npx alcap pretrain --preset ${name}`);
}

function publicModel(name: ModelName): Check {
  const folder = findModel(name, modelsFolder());
  return check(name, false, folder !== undefined, folder ?? "not found, for the real data", `npx alcap fetch ${name}`);
}

/** Prepared corpora in `data/`. */
function dataSets(): Check {
  const data = path.join(projectHome(), "data");
  const folders = existsSync(data) ? readdirSync(data) : [];
  const prepared = folders.filter((folder) => existsSync(path.join(data, folder, corpusFiles.about)));
  const found = prepared.length > 0 ? prepared.map((folder) => `data/${folder}`).join(", ") : "no prepared corpus in data/";
  return check("data sets", false, prepared.length > 0, found, "npx alcap prepare songbook --out data/songbook");
}

/** Free space where results and caches go. */
function disk(): Check {
  const home = projectHome();
  const { bavail, bsize } = statfsSync(existsSync(home) ? home : projectRoot());
  const free = bavail * bsize;
  return check("disk", false, free >= ROOM, `${(free / GIB).toFixed(0)} GiB free, ${ROOM / GIB} are enough`, "rm -r data/cache");
}
