import type { EmbeddedWindow, PassageWindow } from '../../documents.ts';

/** Distances from the text's end (2 uint32), size of an integer step (float32), then one int8 per dimension; little-endian. */
const placeBytes = 12;
const largestInteger = 127;

/** One window after the other, all of `dimensions` dimensions. */
export function encodeWindows(windows: readonly EmbeddedWindow[], dimensions: number): Uint8Array {
  const width = placeBytes + dimensions;
  const bytes = new Uint8Array(windows.length * width);
  const view = new DataView(bytes.buffer);
  for (const [index, { startFromEnd, endFromEnd, vector }] of windows.entries()) {
    const at = index * width;
    const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = largest / largestInteger || 1;
    view.setUint32(at, startFromEnd, true);
    view.setUint32(at + 4, endFromEnd, true);
    view.setFloat32(at + 8, scale, true);
    for (const [dimension, value] of vector.entries())
      view.setInt8(at + placeBytes + dimension, Math.round(value / scale));
  }
  return bytes;
}

/** The windows as places in `text`, a passage's text; what lies before it (the header row of a continued table) is cut off. */
export function decodeWindows(bytes: Uint8Array, text: string, dimensions: number): PassageWindow[] {
  const width = placeBytes + dimensions;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = text.trimEnd();
  return Array.from({ length: Math.floor(bytes.byteLength / width) }, (_, index) => {
    const at = index * width;
    return {
      start: Math.max(0, length - view.getUint32(at, true)),
      end: Math.max(0, length - view.getUint32(at + 4, true)),
      scale: view.getFloat32(at + 8, true),
      vector: new Int8Array(bytes.buffer, bytes.byteOffset + at + placeBytes, dimensions),
    };
  });
}
