import type { Stream } from './stream';

/**
 * The time after a message in which a network already named is not named again. Times are processing time, epoch
 * milliseconds.
 */
export interface AlertWindow extends Stream {
  /** Names what goes on from window to window, as long as one digest follows the other. */
  readonly windowId: string;
  /** Messages under this name so far; 0: none is known to be sent. */
  readonly sequence: number;
  readonly openedAt: number;
  /** At this very moment it is still open. */
  readonly closesAt: number;
  /** Messages in this window so far. */
  readonly messages: number;
  /** The networks named in it. */
  readonly announced: readonly string[];
  /** The versions of the parts that the last message told: whoever finds one of them pending only has to mark it. */
  readonly told: readonly string[];
}

/**
 * What is written before the first message of a window is sent: its name, and nothing that is told. Whoever has to send
 * that message again takes this name, whatever has been found by then.
 */
export function onlyNamed(window: AlertWindow): AlertWindow {
  return { ...window, sequence: 0, messages: 0, closesAt: 0, announced: [], told: [] };
}

export function isOnlyNamed({ sequence }: AlertWindow): boolean {
  return sequence === 0;
}

export function isOpen({ closesAt }: AlertWindow, now: number): boolean {
  return now <= closesAt;
}
