import { pathText, visible } from './fields/messages';
import { nearestName } from './fields/suggestions';
import { isKnownKey, KNOWN_KEYS, type KnownKey } from './schema';

/** Where values come from: `-c`, `cdk.json`, … */
export interface Layer {
  readonly source: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A value and the layer that gave it. */
export interface Given {
  readonly value: unknown;
  readonly source: string;
}

/** What a person typed: every key of it is meant for us. */
const TYPED = '-c';

/** The value of each key that some layer has; of several layers the first one's, whole. */
export function mergeLayers(layers: readonly Layer[]): ReadonlyMap<KnownKey, Given> {
  return new Map(
    KNOWN_KEYS.flatMap((key) => {
      const layer = layers.find(({ values }) => Object.hasOwn(values, key) && values[key] !== undefined);
      return layer === undefined ? [] : [[key, { value: layer.values[key], source: layer.source }]];
    }),
  );
}

/** Which allowlist file the main is to read, and which layer names it: its path is relative to that. */
export function allowlistFileOf(layers: readonly Layer[]): { readonly value: string; readonly source: string } | null {
  const given = mergeLayers(layers).get('allowlistFile');
  if (typeof given?.value !== 'string' || given.value.trim() === '') return null;
  return { value: given.value, source: given.source };
}

/** The kind or file of geo data that is asked for; null: the default is not refused for what is missing. */
export function geoOf(layers: readonly Layer[]): string | null {
  const value = mergeLayers(layers).get('geo')?.value;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** Problems with keys that are none of ours: context is shared, so in files only with those that look like ours. */
export function unknownKeyProblems(layers: readonly Layer[], purpose: 'deployment' | 'terminal'): readonly string[] {
  return layers.flatMap(({ source, values }) =>
    Object.keys(values).flatMap((key) => {
      // The CDK's own: feature flags and cached look-ups.
      if (isKnownKey(key) || key.startsWith('@') || key.includes(':')) return [];
      const nearest = nearestName(key, KNOWN_KEYS);
      const start = `${pathText([key])}: no such key; `;
      if (nearest !== null) return [`${start}did you mean "${nearest}"?${sourceNote(source)}`];
      return purpose === 'terminal' && source === TYPED ? [`${start}see the configuration table in README.md`] : [];
    }),
  );
}

/** Ends a problem: names the layer, unless it is one of the two where people look first. */
export function sourceNote(source: string): string {
  return source === TYPED || source === 'cdk.json' ? '' : ` (from ${visible(source)})`;
}
