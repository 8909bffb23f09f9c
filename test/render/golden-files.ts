import { renderMessage } from '../../lib/render/message';
import { GOLDEN_ALERTS } from './golden-alerts';

/** The golden texts of each alert, by file name. The form for machines contains the whole alert. */
export function goldenFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(GOLDEN_ALERTS).flatMap(([name, alert]) => {
      const { subject, bodies } = renderMessage(alert, { slack: true });
      return [
        [`${name}.email.txt`, `Subject: ${subject}\n\n${bodies.email}`],
        [`${name}.slack.json`, pretty(bodies.https!)],
        [`${name}.ocsf.json`, pretty(bodies.default)],
      ] as const;
    }),
  );
}

function pretty(json: string): string {
  return `${JSON.stringify(JSON.parse(json), null, 2)}\n`;
}
