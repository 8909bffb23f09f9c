import stringWidth from 'string-width';
import type { RenderedMessage } from '../../lib/alert/rendered-message';
import { ocsfProblems } from './ocsf-validator';
import { slackProblems } from './slack-validator';
import { STEERING } from './steering';

/** `2026-03-02 09:05`. */
export function isoMinute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

/** The UTF-8 bytes of a body within the message, where it is a JSON string. */
function bytesInMessage(body: string): number {
  return Buffer.byteLength(JSON.stringify(body));
}

/** The bytes of the message, its subject and its attributes, as SNS counts them. */
export function bytesOf({ bodies, attributes, subject }: RenderedMessage): number {
  const all = Object.entries(attributes).map(([name, value]) => `${name}String${value}`);
  return Buffer.byteLength([JSON.stringify(bodies), subject, ...all].join(''));
}

/** Expects that a message is within all limits, in valid formats, and without invisible characters. */
export function expectSendable(message: RenderedMessage): void {
  const { bodies, subject, attributes } = message;
  expect(bytesInMessage(bodies.default)).toBeLessThanOrEqual(140_000);
  expect(bytesInMessage(bodies.email)).toBeLessThanOrEqual(60_000);
  expect(bytesInMessage(bodies.https ?? '')).toBeLessThanOrEqual(8_000);
  expect(bytesOf(message)).toBeLessThan(262_144);
  expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
  expect(subject).toBe(subject.trim());
  // Only our own text contains line feeds.
  for (const body of Object.values(bodies)) expect(body.replaceAll('\n', '')).not.toMatch(STEERING);
  const lines = bodies.email.split('\n').filter((line) => !line.includes('://'));
  expect(lines.filter((line) => stringWidth(line) > 100)).toEqual([]);
  for (const value of Object.values(attributes)) expect(value).toMatch(/^[\x21-\x7e]+$/);
  expect(ocsfProblems(JSON.parse(bodies.default))).toEqual([]);
  if (bodies.https !== undefined) expect(slackProblems(JSON.parse(bodies.https))).toEqual([]);
}
