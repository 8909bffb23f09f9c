/*
 * Validates a Detection Finding of OCSF, for the part of the class that we use: the allowed attributes of each object,
 * those required in versions 1.3.0 to 1.8.0, those of which at least one is required, and the values of enums.
 */

type Json = Readonly<Record<string, unknown>>;

interface Shape {
  /** The allowed attributes and their types: a primitive or the name of another object, with `[]` for a list. */
  readonly may: Readonly<Record<string, string>>;
  readonly must?: readonly string[];
  readonly one?: readonly string[];
  readonly among?: Readonly<Record<string, readonly unknown[]>>;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  finding: {
    may: {
      activity_id: 'number',
      activity_name: 'string',
      category_uid: 'number',
      category_name: 'string',
      class_uid: 'number',
      class_name: 'string',
      type_uid: 'number',
      type_name: 'string',
      time: 'number',
      start_time: 'number',
      end_time: 'number',
      count: 'number',
      severity_id: 'number',
      severity: 'string',
      status_id: 'number',
      status: 'string',
      confidence_id: 'number',
      confidence: 'string',
      message: 'string',
      metadata: 'metadata',
      cloud: 'cloud',
      finding_info: 'finding_info',
      resources: 'resource[]',
      evidences: 'evidence[]',
      observables: 'observable[]',
      remediation: 'remediation',
      unmapped: 'anything',
    },
    must: [
      'activity_id',
      'category_uid',
      'class_uid',
      'type_uid',
      'time',
      'severity_id',
      'metadata',
      'finding_info',
      'cloud',
    ],
    among: {
      activity_id: [1, 2, 3],
      category_uid: [2],
      class_uid: [2004],
      type_uid: [200401, 200402, 200403],
      severity_id: [0, 1, 2, 3, 4, 5, 6, 99],
      status_id: [1, 2, 3, 4],
      confidence_id: [1, 2, 3],
    },
  },
  metadata: {
    may: {
      version: 'string',
      profiles: 'string[]',
      product: 'product',
      uid: 'string',
      correlation_uid: 'string',
      event_code: 'string',
      log_name: 'string',
    },
    must: ['version', 'product'],
  },
  product: {
    may: { name: 'string', uid: 'string', vendor_name: 'string' },
    must: ['vendor_name'],
    one: ['name', 'uid'],
  },
  cloud: { may: { provider: 'string', region: 'string', account: 'account' }, must: ['provider'] },
  account: { may: { uid: 'string' }, one: ['name', 'uid'] },
  finding_info: {
    may: {
      uid: 'string',
      title: 'string',
      desc: 'string',
      created_time: 'number',
      modified_time: 'number',
      first_seen_time: 'number',
      last_seen_time: 'number',
      types: 'string[]',
      data_sources: 'string[]',
      analytic: 'analytic',
      attacks: 'attack[]',
      src_url: 'string',
    },
    must: ['uid', 'title'],
  },
  analytic: {
    may: { type_id: 'number', type: 'string', uid: 'string', name: 'string' },
    must: ['type_id'],
    among: { type_id: [1, 2] },
  },
  attack: { may: { version: 'string', tactic: 'named', technique: 'named' }, one: ['tactic', 'technique'] },
  named: { may: { uid: 'string', name: 'string' }, one: ['uid', 'name'] },
  resource: { may: { type: 'string', name: 'string', uid: 'string' }, one: ['name', 'uid'] },
  evidence: {
    may: { src_endpoint: 'endpoint', api: 'api', actor: 'actor', databucket: 'databucket', data: 'anything' },
    one: ['actor', 'api', 'data', 'databucket', 'src_endpoint'],
  },
  endpoint: { may: { ip: 'string', location: 'location', autonomous_system: 'system' }, one: ['ip', 'name', 'uid'] },
  location: { may: { city: 'string', country: 'string' }, one: ['city', 'country'] },
  system: { may: { number: 'number', name: 'string' }, one: ['number', 'name'] },
  api: { may: { operation: 'string', service: 'named', request: 'named', response: 'response' }, must: ['operation'] },
  response: { may: { code: 'number', error: 'string' }, one: ['code', 'error'] },
  actor: { may: { user: 'named' }, one: ['user'] },
  databucket: {
    may: { type_id: 'number', type: 'string', name: 'string', uid: 'string' },
    must: ['type_id'],
    one: ['name', 'uid'],
    among: { type_id: [0, 1, 2, 3, 99] },
  },
  observable: {
    may: { name: 'string', type: 'string', type_id: 'number', value: 'string' },
    must: ['name', 'type_id'],
    among: { type_id: [2, 6, 10, 12, 16] },
  },
  remediation: { may: { desc: 'string', references: 'string[]' }, must: ['desc'] },
};

/** One line per problem; empty for a valid finding. */
export function ocsfProblems(document: unknown): string[] {
  const problems = problemsOf('', document, 'finding');
  if (!isObject(document)) return problems;
  const { class_uid, activity_id, type_uid, observables, severity_id, severity } = document;
  if (type_uid !== (class_uid as number) * 100 + (activity_id as number)) problems.push('type_uid does not fit');
  const severities = ['Unknown', 'Informational', 'Low', 'Medium', 'High'];
  if (severities[severity_id as number] !== severity) problems.push('severity does not fit');
  for (const { name, value } of (observables ?? []) as { name: string; value: string }[]) {
    if (atPath(document, name) !== value) problems.push(`${name} is not where the observable says`);
  }
  return problems;
}

function problemsOf(path: string, value: unknown, kind: string): string[] {
  if (kind === 'anything') return [];
  if (kind.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((item, index) => problemsOf(`${path}[${index}]`, item, kind.slice(0, -2)));
  }
  if (kind === 'string') return typeof value === 'string' && value !== '' ? [] : [`${path} is no text`];
  if (kind === 'number') return Number.isSafeInteger(value) ? [] : [`${path} is no whole number`];
  if (!isObject(value)) return [`${path} is no object`];
  const { may, must = [], one, among = {} } = SHAPES[kind]!;
  return [
    ...must.filter((name) => !(name in value)).map((name) => `${path}.${name} is missing`),
    ...(one === undefined || one.some((name) => name in value) ? [] : [`${path} has none of ${one.join(', ')}`]),
    ...Object.entries(among)
      .filter(([name, values]) => name in value && !values.includes(value[name]))
      .map(([name]) => `${path}.${name} is ${String(value[name])}`),
    ...Object.entries(value).flatMap(([name, member]) =>
      may[name] === undefined ? [`${path}.${name} is unknown`] : problemsOf(`${path}.${name}`, member, may[name]),
    ),
  ];
}

/** The value at a path such as `evidences[0].data.userAgent`. */
function atPath(document: Json, path: string): unknown {
  const steps = path.match(/[^.[\]]+/g) ?? [];
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
