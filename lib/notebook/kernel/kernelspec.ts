import path from "node:path";
import { writeWhole } from "../../files/whole-file";

/** Starts the project's own tslab, wherever the project lies: npx finds it from the notebook's folder upwards. */
const KERNEL_SPEC = {
  argv: ["npx", "--no-install", "tslab", "kernel", "--config-path", "{connection_file}"],
  display_name: "TypeScript",
  env: { NODE_NO_WARNINGS: "1" },
  language: "typescript",
};

/**
 * Writes the kernel `tslab` for Jupyter as `<dir>/kernels/tslab/kernel.json`. With `dir` in JUPYTER_PATH, or being Jupyter's data folder
 * (`jupyter --data-dir`), Jupyter finds it. It holds no absolute path. Prints where it stands and what to do next.
 *
 * @returns the folder to name in `jupyter kernelspec install --user --name tslab <folder>`
 */
export function installKernelspec(dir: string): string {
  const folder = path.join(dir, "kernels", "tslab");
  writeWhole(path.join(folder, "kernel.json"), `${JSON.stringify(KERNEL_SPEC, null, 1)}\n`);
  const start = `JUPYTER_PATH=${path.resolve(dir)} jupyter`;
  process.stdout.write(
    `Wrote ${path.join(folder, "kernel.json")}. Start Jupyter with it: ${start} lab notebooks\n` +
      `Where there is no JupyterLab: ${start} notebook notebooks\n`,
  );
  return folder;
}
