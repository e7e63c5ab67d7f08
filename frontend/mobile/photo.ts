// SPDX-License-Identifier: Apache-2.0
import type { Position } from "../shared/contract";

const MOST_BYTES = 400_000;
const LONG_SIDES = [1920, 1600, 1280, 1024, 800];
const QUALITIES = [0.82, 0.7, 0.58];

export interface Prepared { blob: Blob; position: Position | null }

/** Makes a photo small enough to send (JPEG, at most 400 kB) and reads where it was taken before that is lost. */
export async function preparePhoto(file: Blob): Promise<Prepared> {
  const position = exifPosition(await file.slice(0, 128 * 1024).arrayBuffer());
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  let smallest: Blob | null = null;
  for (const side of LONG_SIDES) {
    for (const quality of QUALITIES) {
      const blob = await encode(picture, side, quality);
      if (blob.size <= MOST_BYTES) return { blob, position };
      smallest = blob;
    }
  }
  return { blob: smallest ?? file, position };
}

function encode(picture: ImageBitmap, side: number, quality: number): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("canvas"))), "image/jpeg", quality),
  );
}

const APP1 = 0xffe1;
const GPS_IFD = 0x8825;

/** Reads the GPS position out of a JPEG's EXIF block (CIPA DC-008, 4.6.6), or null where there is none. */
export function exifPosition(buffer: ArrayBuffer): Position | null {
  try {
    const view = new DataView(buffer);
    const tiff = tiffStart(view);
    return tiff === null ? null : gps(view, tiff);
  } catch {
    return null; // a damaged block is no position
  }
}

function tiffStart(view: DataView): number | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 10 < view.byteLength) {
    const marker = view.getUint16(at);
    if (marker === APP1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return null;
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function gps(view: DataView, tiff: number): Position | null {
  const little = view.getUint16(tiff) === 0x4949;
  const u16 = (at: number): number => view.getUint16(at, little);
  const u32 = (at: number): number => view.getUint32(at, little);
  const entries = (ifd: number): Map<number, number> =>
    new Map(Array.from({ length: u16(ifd) }, (_, i) => [u16(ifd + 2 + i * 12), ifd + 2 + i * 12] as const));
  const pointer = entries(tiff + u32(tiff + 4)).get(GPS_IFD);
  if (pointer === undefined) return null;
  const tags = entries(tiff + u32(pointer + 8));
  const degrees = (tag: number): number => {
    const at = tiff + u32((tags.get(tag) ?? Number.NaN) + 8);
    const part = (i: number): number => u32(at + i * 8) / u32(at + i * 8 + 4);
    return part(0) + part(1) / 60 + part(2) / 3600;
  };
  const sign = (tag: number, negative: string): number => (String.fromCharCode(view.getUint8((tags.get(tag) ?? Number.NaN) + 8)) === negative ? -1 : 1);
  const lat = degrees(2) * sign(1, "S");
  const lng = degrees(4) * sign(3, "W");
  const real = Math.abs(lat) <= 90 && Math.abs(lng) <= 180 && (lat !== 0 || lng !== 0);
  return real ? { lng, lat, accuracy_m: null, crs: "wgs84" } : null;
}

/** Asks the phone where it is; null when it does not know or may not say. */
export function whereAmI(): Promise<Position | null> {
  if (!navigator.geolocation) return Promise.resolve(null);
  return new Promise((resolve) =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lng: coords.longitude, lat: coords.latitude, accuracy_m: Math.round(coords.accuracy), crs: "wgs84" }),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 60_000 },
    ),
  );
}
