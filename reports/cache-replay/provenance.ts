import type { CacheReplay } from '../../harness/contract/cache-replay.ts';
import { section } from '../html/parts.ts';
import { html, prose } from '../markup.ts';
import { joined, memory, span } from '../numbers.ts';
import { utc } from '../validity-text.ts';
import type { CacheReplaySection } from './section.ts';
import type { CacheReplayStrings } from './strings.ts';

/** Everything that is needed to get these figures again, the command last. */
export function provenanceSection({ provenance, runId, seed, policies }: CacheReplay, s: CacheReplayStrings): CacheReplaySection {
  const { commit, dirty, version, node, startedAt, finishedAt, configurationHash } = provenance;
  const state = dirty === undefined ? s.provenance.unknownState : dirty ? s.provenance.dirty : s.provenance.clean;
  const machine = `${provenance.cpuCount} × ${provenance.cpuModel}, ${joined(memory(provenance.memoryBytes))}, ${provenance.operatingSystem}`;
  const facts = [
    [s.provenance.run, runId],
    [s.provenance.commit, commit === undefined ? s.provenance.unknownCommit : `${commit}, ${state}`],
    [s.provenance.seed, `${seed} · ${s.provenance.configuration} ${configurationHash.slice(0, 12)}`],
    [s.provenance.policies, policies.map(({ title, source }) => `${title}: ${source}`).join(' · ')],
    [s.provenance.machine, machine],
    [s.provenance.runtime, `${s.product} ${version} · Node ${node}`],
    [s.provenance.duration, `${span(Date.parse(finishedAt) - Date.parse(startedAt))} · ${utc(startedAt)}`],
  ] as const;
  return section(
    'provenance',
    s.provenance.title,
    s.provenance.subtitle,
    html`<dl class="facts wide-terms">${facts.map(([term, text]) => html`<dt>${term}</dt><dd>${prose(text)}</dd>`)}</dl><p class="reproduce">${s.provenance.reproduce}</p><pre><code>${provenance.command}</code></pre>`,
  );
}
