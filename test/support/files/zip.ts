import { readFileSync } from 'node:fs';

/** One file of an archive as its directory lists it. */
export interface ZipEntry {
  readonly name: string;
  /** Size when unpacked, in bytes. */
  readonly bytes: number;
}

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/** The central directory of a zip file (PKWARE APPNOTE 4.3.12 and 4.3.16; no zip64, no comment over 64 KiB). */
export function zipEntries(file: string): ZipEntry[] {
  const zip = readFileSync(file);
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== endOfDirectory) end -= 1;
  if (end < 0) throw new Error(`${file} is no zip file`);
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== directoryEntry) throw new Error(`${file} has a broken directory`);
    const nameLength = zip.readUInt16LE(at + 28);
    entries.push({ name: zip.toString('utf8', at + 46, at + 46 + nameLength), bytes: zip.readUInt32LE(at + 24) });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}
