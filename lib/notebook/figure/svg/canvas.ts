import { pngUri } from "./png";

/** The canvas element as plotly sets it up. */
export interface CanvasElement {
  readonly width: number;
  readonly height: number;
}

interface Surface {
  readonly width: number;
  readonly height: number;
  /** red, green, blue, alpha: `[height, width, 4]` */
  readonly pixels: Uint8ClampedArray;
}

/** The part of a 2-D canvas that plotly's heatmaps draw on: filled rectangles and whole images. */
export interface CanvasContext {
  fillStyle: string;
  readonly canvas: CanvasElement;
  fillRect(x: number, y: number, width: number, height: number): void;
  createImageData(
    width: number,
    height: number,
  ): { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };
  putImageData(image: { readonly data: Uint8ClampedArray }): void;
  setTransform(): void;
  measureText(text: string): { readonly width: number };
}

export interface CanvasStore {
  context(canvas: CanvasElement): CanvasContext;
  /** The canvas as a PNG data URI. */
  dataUrl(canvas: CanvasElement): string;
}

/** Canvases backed by plain arrays, for a DOM that has none. */
export function createCanvasStore(): CanvasStore {
  const surfaces = new WeakMap<CanvasElement, Surface>();
  const surfaceOf = (canvas: CanvasElement): Surface => {
    const known = surfaces.get(canvas);
    if (known && known.width === canvas.width && known.height === canvas.height) return known;
    const { width, height } = canvas;
    const surface = { width, height, pixels: new Uint8ClampedArray(width * height * 4) };
    surfaces.set(canvas, surface);
    return surface;
  };
  return {
    context: (canvas) => ({
      canvas,
      fillStyle: "rgb(0,0,0)",
      fillRect(x, y, width, height) {
        fill(surfaceOf(canvas), parseColour(this.fillStyle), { x, y, width, height });
      },
      createImageData: (width, height) => ({ width, height, data: new Uint8ClampedArray(width * height * 4) }),
      putImageData(image) {
        const { pixels } = surfaceOf(canvas);
        pixels.set(image.data.subarray(0, pixels.length));
      },
      setTransform() {},
      measureText: (text) => ({ width: text.length * 7 }),
    }),
    dataUrl(canvas) {
      const { width, height, pixels } = surfaceOf(canvas);
      return pngUri(width, height, pixels);
    },
  };
}

function parseColour(style: string): number[] {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (/rgba?\(([^)]+)\)/.exec(style)?.[1] ?? "").split(",").map(Number);
  return [red, green, blue, alpha * 255];
}

function fill(surface: Surface, colour: readonly number[], area: { x: number; y: number; width: number; height: number }): void {
  const clamp = (value: number, limit: number): number => Math.max(0, Math.min(limit, Math.round(value)));
  const [left, right] = [clamp(area.x, surface.width), clamp(area.x + area.width, surface.width)];
  const [top, bottom] = [clamp(area.y, surface.height), clamp(area.y + area.height, surface.height)];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) surface.pixels.set(colour, (y * surface.width + x) * 4);
  }
}
