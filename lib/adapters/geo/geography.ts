import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GeoLocation, NO_GEO_LOCATION } from '../../alert/geo-location';
import type { GeoData } from '../../config/configuration';
import { ASN, type GeoPackage, geoPackageOf } from '../../config/geo-data';
import { type Address, parseAddress } from '../../detection/address';
import { specialUseOf } from '../../detection/special-use';
import type { Geography } from '../../ports';
import { openAsnFile } from './asn-file';
import { type MmdbFile, openMmdb } from './mmdb-file';

/** In characters. The operator of a network chooses its name, so names are cut. */
const MAX_NAME = 100;

/** The folder of a package; null if the package is not installed. */
type FolderOf = (packageName: string) => string | null;

/** Knows no locations, only the purpose of special-use addresses. */
export const noGeography: Geography = {
  locate: (address) => ({ ...NO_GEO_LOCATION, specialUse: specialUseOf(address) }),
  credit: () => null,
  problem: () => null,
};

/**
 * Looks up the location and network of addresses in databases on disk. Opens them at the first lookup, because most
 * runs send no alert. If a database cannot be read, `problem` says so, and alerts are sent without locations.
 */
export function fileGeography(geo: GeoData, folderOf: FolderOf): Geography {
  if (geo === 'none') return noGeography;
  let opened: Databases | null = null;
  let problem: string | null = null;

  function lookUp<Result>(query: (databases: Databases) => Result, fallback: Result): Result {
    if (problem !== null) return fallback;
    try {
      opened ??= openDatabases(geo, folderOf);
      return query(opened);
    } catch (error) {
      problem = `the geo databases cannot be read: ${(error as Error).message}`;
      return fallback;
    }
  }

  return {
    locate(text) {
      const specialUse = specialUseOf(text);
      const address = parseAddress(text);
      if (address === null || specialUse !== null) return { ...NO_GEO_LOCATION, specialUse };
      return lookUp((databases) => ({ specialUse, ...databases.locate(address) }), NO_GEO_LOCATION);
    },
    credit: () => lookUp(({ credit }) => credit, null),
    problem: () => problem,
  };
}

interface Databases {
  locate(address: Address): Pick<GeoLocation, 'geo' | 'asn'>;
  readonly credit: string | null;
}

function openDatabases(geo: GeoData, folderOf: FolderOf): Databases {
  const packaged = geoPackageOf(geo);
  const places = (packaged === null ? [geo] : pathsOf(packaged, folderOf)).map(openMmdb);
  const asnFiles = pathsOf(ASN, folderOf);
  const asnFile = (family: string) => asnFiles.find((path) => path.endsWith(`-${family}.csv`)) ?? null;
  const [asnIpv4, asnIpv6] = [asnFile('ipv4'), asnFile('ipv6')].map((path) =>
    path === null ? null : openAsnFile(path),
  );
  const credits = [
    ...places.slice(0, 1).map((file) => `${packaged?.credit ?? `IP geolocation by ${file.type}`}, ${dateOf(file)}`),
    ...(asnIpv4 === null && asnIpv6 === null ? [] : [`${ASN.credit}${dateOfPackage(asnFiles)}`]),
  ];
  return {
    locate: (address) => {
      const records = places.map((file) => file.get(address)).filter((record) => record !== null);
      return {
        geo: geoOf(records),
        asn: named(asnOf(records) ?? (address.family === 4 ? asnIpv4 : asnIpv6)?.find(address) ?? null),
      };
    },
    credit: credits.length === 0 ? null : credits.join('; '),
  };
}

/** The paths of a package's files; none if the package is not installed. */
function pathsOf({ name, files }: GeoPackage, folderOf: FolderOf): string[] {
  const folder = folderOf(name);
  return folder === null ? [] : files.map((file) => join(folder, file)).filter((path) => existsSync(path));
}

/** `, 2026-06-17` for version 2.3.2026061719; empty if the version contains no date. */
function dateOfPackage(files: readonly string[]): string {
  const manifest = files.find((path) => path.endsWith('package.json'));
  if (manifest === undefined) return '';
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string };
  const [, year, month, day] = /\.(\d{4})(\d\d)(\d\d)\d*$/.exec(version ?? '') ?? [];
  return year === undefined ? '' : `, ${year}-${month}-${day}`;
}

function dateOf({ builtAt }: MmdbFile): string {
  return new Date(builtAt).toISOString().slice(0, 10);
}

/** A database record, in the flat form of the packages or the nested form of MaxMind's own databases. */
interface PlaceRecord {
  readonly city?: string | { readonly names?: Readonly<Record<string, string>> };
  readonly country_code?: string;
  readonly country?: string | { readonly iso_code?: string };
  readonly autonomous_system_number?: number;
  readonly autonomous_system_organization?: string;
}

function geoOf(records: readonly unknown[]): GeoLocation['geo'] {
  for (const { city, country, country_code } of records as readonly PlaceRecord[]) {
    const code = country_code ?? (typeof country === 'string' ? country : country?.iso_code);
    const name = typeof city === 'string' ? city : city?.names?.en;
    if (code || name) return { country: code || null, city: name?.slice(0, MAX_NAME) || null };
  }
  return null;
}

function named(asn: GeoLocation['asn']): GeoLocation['asn'] {
  return asn === null ? null : { ...asn, organization: asn.organization.slice(0, MAX_NAME) };
}

function asnOf(records: readonly unknown[]): GeoLocation['asn'] {
  for (const record of records as readonly PlaceRecord[]) {
    const { autonomous_system_number: number, autonomous_system_organization: organization = '' } = record;
    if (typeof number === 'number') return { number, organization };
  }
  return null;
}
