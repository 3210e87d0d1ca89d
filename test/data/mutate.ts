import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import seedrandom from "seedrandom";

const root = path.resolve(__dirname, "../../..");

/** A committed file under test/fixtures. */
export function fixture(...names: string[]): string {
  return path.join(root, "test/fixtures", ...names);
}

/** A file of the collection beside the project; undefined where the project stands alone. */
export function shared(...names: string[]): string | undefined {
  const file = path.join(root, "../shared", ...names);
  return existsSync(file) ? file : undefined;
}

/** A reason to skip a test, or false: the form node:test takes. */
export function unless(present: unknown, reason: string): string | false {
  return present ? false : reason;
}

/** Runs a program; undefined when it is not installed or fails. */
export function tryRun(program: string, args: readonly string[], input?: string): string | undefined {
  const { status, stdout } = spawnSync(program, args, { input, encoding: "utf8" });
  return status === 0 ? stdout : undefined;
}

/**
 * Damaged copies of files, the same for a seed: bytes changed (more often near the start and the end, where formats keep their records),
 * set to extreme values, cut out, repeated, or cut off.
 */
export function* mutants(files: readonly Uint8Array[], count: number, seed: string): Generator<Uint8Array> {
  const random = seedrandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  for (let i = 0; i < count; i++) {
    let bytes = Uint8Array.from(files[i % files.length]!);
    const place = () => {
      const where = random();
      const near = Math.min(bytes.length, 256);
      if (where < 0.4) return below(near);
      return where < 0.6 ? bytes.length - 1 - below(near) : below(bytes.length);
    };
    for (let edits = 1 + below(8); edits > 0 && bytes.length > 0; edits--) {
      const at = place();
      const kind = below(10);
      if (kind < 5) bytes[at] = below(256);
      else if (kind < 7) bytes.fill(random() < 0.5 ? 0xff : 0, at, at + 1 + below(8));
      else if (kind === 7) bytes = bytes.slice(0, at);
      else if (kind === 8) bytes.copyWithin(at, below(bytes.length), below(bytes.length));
      else bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + below(16))]);
    }
    yield bytes;
  }
}

/** Bytes of the distinct buffers behind some arrays. */
export function memoryOf(arrays: Iterable<ArrayBufferView>): number {
  const buffers = new Set([...arrays].map(({ buffer }) => buffer));
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
