import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as native from './make-assembly';
import { ROOT } from './root';

/** Provided by `native-environment.cjs`. */
declare const nativeRequire: (path: string) => unknown;

/** The bundle of `make-assembly.ts`, loaded once per worker. */
export function assembler(): typeof native {
  return nativeRequire(join(ROOT, 'test', '.built', 'make-assembly.cjs')) as typeof native;
}

export type Properties = Record<string, unknown>;

export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A template, with queries for tests. */
export interface Synthesized {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown; readonly Description?: string }>>;
  /** All resources of a type, by logical id. */
  ofType(type: string): [id: string, properties: Properties][];
  /** The only resource of this type whose logical id contains the text. */
  one(type: string, id?: string): Properties;
  /** The folder with the code of the function. */
  readonly codeFolder: string;
  /** The folders of its layers, in order. */
  readonly layerFolders: readonly string[];
  /** The messages of the synthesis: `info`, `warning`, `error`. */
  readonly notes: readonly { readonly level: string; readonly text: string }[];
}

/** Synthesizes a context like `cdk synth`. */
export function synthesize(given: Readonly<Record<string, unknown>>, region?: string): Synthesized {
  // The databases are copied into each assembly, a hundred megabytes.
  const values = { geo: 'none', ...given };
  const { makeAssembly } = assembler();
  const { directory, stackId, template, notes } = makeAssembly(values, region);
  const { Resources, Outputs } = template as { Resources: Record<string, Resource>; Outputs: Synthesized['outputs'] };
  const folderOf = assetFolders(directory, stackId);
  const ofType = (type: string): [string, Properties][] =>
    Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) => (Type === type ? [[id, Properties]] : []));
  return {
    resources: Resources,
    outputs: Outputs,
    ofType,
    one(type, id = '') {
      const found = ofType(type).filter(([name]) => name.includes(id));
      if (found.length !== 1) throw new Error(`${found.length} of ${type} ${id}: ${found.map(([name]) => name)}`);
      return found[0]![1];
    },
    codeFolder: folderOf(
      Object.values(Resources).find(({ Properties }) => Properties?.Handler === 'handler.handler')!.Properties!.Code,
    ),
    layerFolders: ofType('AWS::Lambda::LayerVersion').map(([, { Content }]) => folderOf(Content)),
    notes,
  };
}

/** A value of a template as text, with braces around what is known only at deployment: `{QueueA1B2.Arn}`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (Array.isArray(attribute)) return `{${attribute.join('.')}}`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(textOf).join(join[0] as string);
  return `{${String(Ref)}}`;
}

/** The folders of assets, by their key in the asset bucket, which is the hash. */
function assetFolders(directory: string, stackId: string): (place: unknown) => string {
  const { files } = JSON.parse(readFileSync(join(directory, `${stackId}.assets.json`), 'utf8')) as {
    files: Record<string, { source: { path: string } }>;
  };
  return (place) => join(directory, files[(place as { S3Key: string }).S3Key.replace('.zip', '')]!.source.path);
}
