import type { SlackNotification } from '../../lib/render/slack/notification';

/** A notification as Slack displays it: with emoji, bold text and links; code keeps its backticks. */
export function slackText({ content }: SlackNotification): string {
  const { title, description, nextSteps } = content;
  return [title, '', description, '', 'Next steps', ...nextSteps.map((step) => `  • ${step}`)]
    .join('\n')
    .replace(/<[^|<>]+\|([^<>]+)>/g, '$1')
    .replace(/:(\w+)_circle:/g, (_, color: string) => CIRCLES[color] ?? '')
    .replace(/^(\s*)[*_]([^*\n]+)[*_](?=\s|$)/gm, '$1$2')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

const CIRCLES: Readonly<Record<string, string>> = {
  red: '🔴',
  large_orange: '🟠',
  large_blue: '🔵',
  white: '⚪',
};
