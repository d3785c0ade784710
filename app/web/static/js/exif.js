// What a photo's file would have told: when and where it was taken and by which device. Read on the phone, to show it;
// JPEG only, from the first part of the file. Nothing found is no error.

const TYPES = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 }; // bytes of a value

// {time, device, position: {latitude, longitude}}: each empty or null where the file does not say.
export function telling(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = exifStart(view);
  const found = { time: "", device: "", position: null };
  if (start < 0) return found;
  const tiff = new DataView(view.buffer, view.byteOffset + start);
  const little = tiff.getUint16(0) === 0x4949;
  const main = entries(tiff, tiff.getUint32(4, little), little);
  const [maker, model] = [text(tiff, main[0x10f]), text(tiff, main[0x110])];
  found.device = model.toLowerCase().startsWith(maker.toLowerCase()) ? model : `${maker} ${model}`.trim();
  const more = main[0x8769] ? entries(tiff, number(tiff, main[0x8769], little), little) : {};
  found.time = text(tiff, more[0x9003] || main[0x132]).replace(/^(\d+):(\d+):(\d+)/, "$1-$2-$3");
  if (main[0x8825]) found.position = position(tiff, entries(tiff, number(tiff, main[0x8825], little), little), little);
  return found;
}

// Where the TIFF part of the EXIF block begins; -1 without one.
function exifStart(view) {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return -1;
  let at = 2;
  while (at + 10 < view.byteLength && view.getUint8(at) === 0xff) {
    const [mark, length] = [view.getUint8(at + 1), view.getUint16(at + 2)];
    if (mark === 0xe1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
    if (mark === 0xda) return -1;
    at += 2 + length;
  }
  return -1;
}

function entries(tiff, at, little) {
  const found = {};
  const count = tiff.getUint16(at, little);
  for (let n = 0; n < count; n += 1) {
    const place = at + 2 + 12 * n;
    const [type, many] = [tiff.getUint16(place + 2, little), tiff.getUint32(place + 4, little)];
    const bytes = (TYPES[type] || 1) * many;
    found[tiff.getUint16(place, little)] = { at: bytes > 4 ? tiff.getUint32(place + 8, little) : place + 8, many };
  }
  return found;
}

function text(tiff, entry) {
  if (!entry) return "";
  let found = "";
  for (let n = 0; n < Math.min(entry.many, 64); n += 1) {
    const code = tiff.getUint8(entry.at + n);
    if (code === 0) break;
    found += String.fromCharCode(code);
  }
  return found.trim();
}

function number(tiff, entry, little) {
  return tiff.getUint32(entry.at, little);
}

function position(tiff, gps, little) {
  const degrees = (entry, back) => {
    const part = (n) => tiff.getUint32(entry.at + 8 * n, little) / (tiff.getUint32(entry.at + 8 * n + 4, little) || 1);
    const value = part(0) + part(1) / 60 + part(2) / 3600;
    return back ? -value : value;
  };
  if (!gps[2] || !gps[4]) return null;
  const latitude = degrees(gps[2], text(tiff, gps[1]) === "S");
  const longitude = degrees(gps[4], text(tiff, gps[3]) === "W");
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180 || (latitude === 0 && longitude === 0)) return null;
  return { latitude: latitude.toFixed(5), longitude: longitude.toFixed(5) };
}
