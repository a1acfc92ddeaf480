import type { PanelWords } from '../../../schemas/protocol/egressPanel.ts';
import type { Translate } from '../words.ts';

/** Every text of the egress panel in the language of the editor. */
export function panelWords(t: Translate): PanelWords {
  return {
    allow: t('allow'),
    allowed: t('Allowed'),
    block: t('block'),
    blocked: t('Blocked'),
    bottle: t('Bottle'),
    bytesDown: t('{0} received'),
    bytesUp: t('{0} sent'),
    close: t('Close details'),
    credential: t('Credential'),
    credentialInjected: t('put in by the proxy'),
    details: t('Request details'),
    duration: t('Duration'),
    everything: t('All'),
    filter: t('Filter requests'),
    filterHint: t('Filter by host, path, reason...'),
    findings: t('Findings'),
    follow: t('Follow the newest request'),
    host: t('Host'),
    method: t('Method'),
    newBlocked: t('{0} requests blocked. Newest: {1}'),
    noBottle: t('No bottle to show. Start an agent to see its traffic here.'),
    noLines: t('No request yet. Everything the agent asks of the network appears here as it happens.'),
    noMatch: t('No request matches the filter.'),
    openDocument: t('Open as document'),
    path: t('Path'),
    requests: t('Requests'),
    shown: t('{0} of {1}'),
    skipped: t('{0} unreadable lines left out'),
    status: t('Status'),
    time: t('Time'),
    transfer: t('Transfer'),
    verdict: t('Verdict'),
    why: t('Why'),
  };
}
