import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Frees unreachable arrays now. The garbage collector weighs them by their small objects and may leave gigabytes lying until its next
 * turn; a collection takes some tens of milliseconds.
 */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
