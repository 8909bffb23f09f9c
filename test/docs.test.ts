import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { files, scripts } from '../package.json';
import { ROOT } from './support/root';

/** Every document, by its path from the project's root. */
const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Folders in which `delay.test.ts` may stand where a document names it without one. */
const NAMED_WITHOUT_FOLDER: Readonly<Record<string, string>> = { 'SECURITY.md': 'test/attacks' };

/** A path in backticks that begins with one of these is that of a file or folder of the repository. */
const FOLDERS = ['.ci', 'bin', 'docs', 'lambda', 'lib', 'samples', 'test'];

/** Headings as GitHub links to them. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Without blocks of code, whose texts are those of messages. */
function prose(text: string): string {
  return text.replace(/^ *```[\s\S]*?^ *```$/gm, '');
}

/** Every relative link that leads nowhere: the file, or the heading in it, does not exist. */
function brokenLinks(document: string, text: string): string[] {
  const links = [...prose(text).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)];
  return links
    .filter(([, path, anchor]) => {
      const target = path === '' ? join(ROOT, document) : join(ROOT, dirname(document), path!);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
    })
    .map(([link]) => `${document}: ${link}`);
}

/** Every path of the repository in backticks that does not exist. */
function missingPaths(document: string, text: string): string[] {
  const paths = [...prose(text).matchAll(/`([^`\s]+)`/g)].map(([, path]) => path!);
  return paths
    .flatMap((path) => {
      if (FOLDERS.some((folder) => path.startsWith(`${folder}/`))) return [path];
      const folder = NAMED_WITHOUT_FOLDER[document];
      return folder !== undefined && path.endsWith('.test.ts') ? [`${folder}/${path}`] : [];
    })
    .filter((path) => !existsSync(join(ROOT, path)))
    .map((path) => `${document}: ${path}`);
}

/** Every `npm run …` that is no script of the package. */
function missingScripts(document: string, text: string): string[] {
  return [...text.matchAll(/npm run (?:-s |--silent )?([a-z][a-z:]*)/g)]
    .filter(([, name]) => !Object.hasOwn(scripts, name!))
    .map(([run]) => `${document}: ${run}`);
}

test.each([
  ['every relative link leads to a file and a heading that exist', brokenLinks],
  ['every path in backticks exists', missingPaths],
  ['every npm script exists', missingScripts],
])('%s', (_name, problems) => {
  expect(DOCUMENTS.length).toBeGreaterThan(8);
  expect(DOCUMENTS.flatMap((document) => problems(document, readFileSync(join(ROOT, document), 'utf8')))).toEqual([]);
});

test('the checks see what is wrong', () => {
  const text = [
    'See [a](no.md), [b](README.md#no-such-heading), [c](#nor-this) and [d](README.md#configuration).',
    'In `lib/no-such-file.ts`, `lib/ports.ts` and `no-such.test.ts`. Run `npm run no` or `npm run check`.',
    '```text\n[e](no.md) `lib/no.ts`\n```',
  ].join('\n');
  expect(brokenLinks('SECURITY.md', text)).toEqual([
    'SECURITY.md: ](no.md)',
    'SECURITY.md: ](README.md#no-such-heading)',
    'SECURITY.md: ](#nor-this)',
  ]);
  expect(missingPaths('SECURITY.md', text)).toEqual([
    'SECURITY.md: lib/no-such-file.ts',
    'SECURITY.md: test/attacks/no-such.test.ts',
  ]);
  expect(missingScripts('SECURITY.md', text)).toEqual(['SECURITY.md: npm run no']);
});

test('the package holds every document, so that no link in it leads out of it', () => {
  const packed = (path: string): boolean => files.some((entry) => path === entry || path.startsWith(`${entry}/`));
  expect(DOCUMENTS.filter((document) => !packed(document))).toEqual([]);
  expect(files.filter((entry) => entry !== 'dist' && !existsSync(join(ROOT, entry)))).toEqual([]);
});
