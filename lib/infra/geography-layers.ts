import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { Annotations, AssetHashType } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { installedFolder } from '../adapters/installed-folder';
import { ConfigError } from '../config/config-error';
import type { GeoData } from '../config/configuration';
import { ASN, type GeoPackage, placesOf } from '../config/geo-data';

/** Lambda puts the files of all layers here. */
export const LAYER_FOLDER = '/opt';

/**
 * The databases that say where addresses are and whose, a layer each: they change seldom, are twenty times the size of
 * the function, and are opened only when there is somebody to tell of. The packages with them are not dependencies of
 * ours, because nobody is to download a hundred megabytes who did not ask: where one is missing, alerts go without it,
 * which is said; where it was asked for (`isGiven`), that is a mistake.
 */
export function geographyLayers(scope: Construct, geo: GeoData, isGiven: boolean): LayerVersion[] {
  if (geo === 'none') return [];
  const places = placesOf(geo);
  const packages = [...(places === null ? [] : [places]), ASN].map((one) => ({
    ...one,
    folder: installedFolder(one.name),
  }));
  const missing = packages.filter(({ folder }) => folder === null).map(({ name }) => name);
  if (missing.length > 0) {
    const problem = `geo: ${JSON.stringify(geo)} needs ${missing.join(' and ')}; npm install ${missing.join(' ')}, or write geo: "none"`;
    if (isGiven) throw new ConfigError([problem]);
    Annotations.of(scope).addWarningV2('s3-access-watch:geo', `${problem}. Until then, alerts do not say it`);
  }
  const layers = packages.flatMap(({ folder, ...one }, index) =>
    folder === null ? [] : [packageLayer(scope, index, one, folder)],
  );
  return places === null ? [ownLayer(scope, geo), ...layers] : layers;
}

function packageLayer(
  scope: Construct,
  index: number,
  { name, files, credit }: GeoPackage,
  folder: string,
): LayerVersion {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return new LayerVersion(scope, index === 0 ? 'Places' : 'Networks', {
    description: `${credit}: ${name} ${version}`,
    code: Code.fromAsset(folder, {
      // Its licences too, which ask for it.
      exclude: ['*', ...[...files, '*LICENSE*'].map((file) => `!${file}`)],
      // A version of a package does not change, and reading all of it takes longer than everything else here.
      assetHashType: AssetHashType.CUSTOM,
      assetHash: `${name} ${version} ${files.join(' ')}`,
    }),
  });
}

/** A file of the operator's; its path is relative to where the app runs. */
function ownLayer(scope: Construct, geo: string): LayerVersion {
  const path = resolve(geo);
  if (!existsSync(path)) throw new ConfigError([`geo: there is no ${path}`]);
  const folder = mkdtempSync(join(tmpdir(), 's3-access-watch-geo-'));
  try {
    copyFileSync(path, join(folder, basename(path)));
    return new LayerVersion(scope, 'OwnPlaces', { description: basename(path), code: Code.fromAsset(folder) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
