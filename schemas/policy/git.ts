import { places } from './lenient.ts';
import type { Target } from './path.ts';

/** What a smart-HTTP git request wants (gitprotocol-http), or undefined when it is no git request. */
export function gitOperation(target: Target): 'push' | 'fetch' | undefined {
  // A forge behind a server that reads leniently would take the push.
  const paths = places(target.path);
  const endsIn = (name: string): boolean => paths.some((path) => path.endsWith(name));
  if (endsIn('/git-receive-pack')) return 'push';
  if (endsIn('/git-upload-pack')) return 'fetch';
  if (!endsIn('/info/refs')) return undefined;
  const services = queryValues(target.query, 'service');
  if (services.includes('git-receive-pack')) return 'push';
  // Without a service it is the dumb protocol: a plain read of the repository.
  return 'fetch';
}

/** Every value, so that a second `service` cannot hide behind the first. */
function queryValues(query: string, key: string): string[] {
  return query
    .slice(1)
    .split(/[&;]/)
    .map((pair) => pair.split('='))
    .map((pair) => pair.map((part) => unescaped(part.replaceAll('+', ' '))))
    .filter(([name = '']) => name === key)
    .map(([, ...value]) => value.join('='));
}

function unescaped(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
