import { pathText, visible } from './fields/messages';
import { nearestName } from './fields/suggestions';
import { isKnownKey, KNOWN_KEYS, type KnownKey } from './schema';

/** Values from one source: `-c`, `cdk.json`, … */
export interface Layer {
  readonly source: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A value and the name of its layer. */
export interface Given {
  readonly value: unknown;
  readonly source: string;
}

/** The layer of the command line. In the terminal, all its keys are for this project. */
const TYPED = '-c';

/** The value of each key that a layer sets. If several do, the value of the first one; values are not merged. */
export function mergeLayers(layers: readonly Layer[]): ReadonlyMap<KnownKey, Given> {
  return new Map(
    KNOWN_KEYS.flatMap((key) => {
      const layer = layers.find(({ values }) => Object.hasOwn(values, key) && values[key] !== undefined);
      return layer === undefined ? [] : [[key, { value: layer.values[key], source: layer.source }]];
    }),
  );
}

/** The path of the allowlist file, and the layer that names it: the path is relative to the directory of that layer. */
export function allowlistFileOf(layers: readonly Layer[]): { readonly value: string; readonly source: string } | null {
  const given = mergeLayers(layers).get('allowlistFile');
  if (typeof given?.value !== 'string' || given.value.trim() === '') return null;
  return { value: given.value, source: given.source };
}

/** The configured kind or file of geo data; null: not configured, so missing data is not an error. */
export function geoOf(layers: readonly Layer[]): string | null {
  const value = mergeLayers(layers).get('geo')?.value;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/**
 * Problems with unknown keys. Context is shared with other tools, so in files only keys that are similar to a known key
 * are problems.
 */
export function unknownKeyProblems(layers: readonly Layer[], purpose: 'deployment' | 'terminal'): readonly string[] {
  return layers.flatMap(({ source, values }) =>
    Object.keys(values).flatMap((key) => {
      // Keys of the CDK: feature flags and cached look-ups.
      if (isKnownKey(key) || key.startsWith('@') || key.includes(':')) return [];
      const nearest = nearestName(key, KNOWN_KEYS);
      const start = `${pathText([key])}: no such key; `;
      if (nearest !== null) return [`${start}did you mean "${nearest}"?${sourceNote(source)}`];
      return purpose === 'terminal' && source === TYPED ? [`${start}see the configuration table in README.md`] : [];
    }),
  );
}

/** The end of a problem, which names the layer, except for the two obvious ones. */
export function sourceNote(source: string): string {
  return source === TYPED || source === 'cdk.json' ? '' : ` (from ${visible(source)})`;
}
