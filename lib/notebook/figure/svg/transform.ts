/** Pixels; y grows downwards. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** x' = a·x + c·y + e, y' = b·x + d·y + f, as in SVG's `matrix(a b c d e f)`. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** A box after an SVG `transform` attribute: the upright box around the moved corners. */
export function transformBox(box: Box, transform: string): Box {
  const [a, b, c, d, e, f] = parseTransform(transform);
  const corners = [0, 1].flatMap((i) => [0, 1].map((j) => [box.left + i * box.width, box.top + j * box.height] as const));
  const xs = corners.map(([x, y]) => a * x + c * y + e);
  const ys = corners.map(([x, y]) => b * x + d * y + f);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

/** The smallest box around all of them; undefined when there is none. */
export function unionBox(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined;
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const width = Math.max(...boxes.map((box) => box.left + box.width)) - left;
  return { left, top, width, height: Math.max(...boxes.map((box) => box.top + box.height)) - top };
}

function parseTransform(transform: string): Matrix {
  let matrix = IDENTITY;
  for (const [, name = "", list = ""] of transform.matchAll(/(\w+)\s*\(([^)]*)\)/g)) {
    const numbers = list
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    matrix = multiply(matrix, operation(name, numbers));
  }
  return matrix;
}

function operation(name: string, numbers: readonly number[]): Matrix {
  const [first = 0, second = 0, third = 0] = numbers;
  if (name === "translate") return [1, 0, 0, 1, first, second];
  if (name === "scale") return [first, 0, 0, numbers.length > 1 ? second : first, 0, 0];
  if (name !== "rotate") return IDENTITY;
  const [cosine, sine] = [Math.cos((first * Math.PI) / 180), Math.sin((first * Math.PI) / 180)];
  return [cosine, sine, -sine, cosine, second - cosine * second + sine * third, third - sine * second - cosine * third];
}

function multiply([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}
