import { existsSync } from 'node:fs';
import { fileGeography } from '../adapters/geography';
import { installedFolder } from '../adapters/installed-folder';
import type { GeoData } from '../config/configuration';
import { ASN, placesOf } from '../config/geo-data';
import type { Geography } from '../ports';
import { Mistake } from './mistake';

/**
 * Where addresses are, from the packages that are installed: nobody has to download a hundred megabytes to scan a log.
 * @throws Mistake where somebody asked for it (`isGiven`), and there is no such file or package.
 */
export function terminalGeography(geo: GeoData, isGiven: boolean): Geography {
  const places = placesOf(geo);
  if (places === null && geo !== 'none' && !existsSync(geo)) throw new Mistake(`geo: there is no file ${geo}`);
  const missing = [places, ASN].flatMap((one) =>
    one === null || installedFolder(one.name) !== null ? [] : [one.name],
  );
  if (isGiven && places !== null && missing.length > 0) {
    throw new Mistake(`geo: "${geo}" needs ${missing.join(' and ')}; npm install ${missing.join(' ')}, or -c geo=none`);
  }
  return fileGeography(geo, installedFolder);
}
