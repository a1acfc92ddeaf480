import { parseToPanel } from '../../schemas/protocol/egressPanel.ts';
import type { FromPanel, ToPanel } from '../../schemas/protocol/egressPanel.ts';
import { connect } from '../ui/host.ts';
import { Panel } from './panel.ts';
import { fromRemembered, toRemember } from './remembered.ts';
import './styles.css';
import './details.css';

/** Builds the panel when its words arrive; before them there is nothing to say. */
function start(root: HTMLElement): void {
  let panel: Panel | undefined;
  const host = connect<ToPanel, FromPanel>(parseToPanel, (message) => {
    if (message.type !== 'words') panel?.receive(message);
    else panel ??= new Panel(root, message.words, fromRemembered(host.remembered()), { post: host.post, remember: (state) => host.remember(toRemember(state)) });
  });
  host.post({ type: 'ready' });
}

const root = document.getElementById('app');
if (root !== null) start(root);
