import type { ICruiseOptions, IRegularForbiddenRuleType as IForbiddenRuleType } from 'dependency-cruiser';

/** Who may import whom; the folders and the reasons are in docs/adr/0002-house.md. */
const pureSystem = '^system/(api|policies|concepts)/';
const rooms = ['gateway', 'query', 'indexer', 'provider', 'vector-node', 'cache-node'];
const pureHarness = [
  'arrivals',
  'corpus',
  'measurement',
  'checkers',
  'gates',
  'claims',
  'rendering',
  'exports',
  'simulation',
  'autoscaling',
  'capacity',
];

/** Built-in modules that reach outside the process. */
const touching = '^(node:)?(fs|net|http|https|child_process|worker_threads|os|dgram|tls)';

type Place = IForbiddenRuleType['from'];
const forbid = (name: string, from: Place, to: IForbiddenRuleType['to'], comment: string): IForbiddenRuleType => ({
  name,
  severity: 'error',
  comment,
  from,
  to,
});
const test = '\\.test\\.ts$|\\.testing\\.ts$|/testing/';
const code = (path: string): Place => ({ path, pathNot: test });

export const importRules: readonly IForbiddenRuleType[] = [
  forbid('no-cycles', {}, { circular: true }, 'Data flows one way.'),
  forbid(
    'system-knows-no-harness',
    code('^system/'),
    { path: '^(harness|scenarios|reports)/' },
    'The system does not know that it is tested.',
  ),
  forbid(
    'pure-system',
    code(pureSystem),
    { path: '^system/(runtime|gateway|query|indexer|provider|vector-node|cache-node)/' },
    'Rules that the simulator replays import no process.',
  ),
  forbid('pure-system-touches-nothing', code(pureSystem), { dependencyTypes: ['core'], path: touching }, 'Clock and random are injected.'),
  ...rooms.map((room) =>
    forbid(
      `process-alone-${room}`,
      code(`^system/${room}/`),
      { path: `^system/(${rooms.filter((other) => other !== room).join('|')})/` },
      'Processes meet only over HTTP, TCP or the log.',
    ),
  ),
  forbid(
    'contract-alone',
    code('^harness/contract/'),
    { path: '^(system|scenarios|reports|harness/(?!contract/))' },
    'The contract imports nothing of ours.',
  ),
  ...pureHarness.map((room) =>
    forbid(
      `pure-harness-${room}`,
      code(`^harness/${room}/`),
      {
        path: '^(scenarios|reports|harness/(platform|load|faults|run|cli)|system/(runtime|gateway|query|indexer|provider|vector-node|cache-node))/',
      },
      'Pure rooms import the contract, each other and the pure rooms of the system.',
    ),
  ),
  forbid(
    'pure-harness-touches-nothing',
    code(`^harness/(${pureHarness.join('|')})/`),
    { dependencyTypes: ['core'], path: touching },
    'Clock, random and files are injected.',
  ),
  forbid(
    'platform-alone',
    code('^harness/platform/'),
    { path: '^(harness/(load|faults|run|cli)|scenarios|reports|system/(runtime|gateway|query|indexer|provider|vector-node|cache-node))/' },
    'Platform, load and faults never import each other.',
  ),
  forbid(
    'load-alone',
    code('^harness/load/'),
    {
      path: '^(harness/(platform|faults|run|cli)|scenarios|reports|system/(runtime|gateway|query|indexer|provider|vector-node|cache-node))/',
    },
    'Platform, load and faults never import each other.',
  ),
  forbid(
    'traces-read-files',
    code('^harness/traces/'),
    {
      path: '^(harness/(platform|load|faults|run|cli)|scenarios|reports|system/(runtime|gateway|query|indexer|provider|vector-node|cache-node))/',
    },
    'A trace is read from its file; who replays it, and through what, is no matter of its format.',
  ),
  forbid(
    'scenarios-are-data',
    code('^scenarios/'),
    { path: '^(system|reports|harness/(?!contract/))' },
    'Scenarios import the contract only.',
  ),
  forbid(
    'reports-read-results',
    code('^reports/'),
    { path: '^(system|scenarios|harness/(?!contract/))' },
    'Reports import the contract only.',
  ),
  forbid(
    'doctor-looks',
    code('^harness/doctor/'),
    { path: '^(scenarios|reports|harness/(cli|run/(?!possible-variants)))' },
    'The doctor looks at the machine; it neither runs scenarios nor renders.',
  ),
  forbid(
    'only-the-command-line-asks-the-doctor',
    code('^(system|scenarios|reports|harness/(?!(cli|doctor)/))'),
    { path: '^harness/doctor/' },
    'A run fails by itself where something is missing; it asks no doctor before.',
  ),
  forbid(
    'nobody-needs-the-benches',
    code('^(system|scenarios|reports|harness/(?!bench/))'),
    { path: '^harness/bench/' },
    'A benchmark measures us; nothing rests on it.',
  ),
  forbid('run-composes', code('^harness/run/'), { path: '^(reports|harness/cli)/' }, 'Run judges; it does not render.'),
  forbid(
    'system-processes-start-by-path',
    code('^harness/'),
    { path: '^system/(runtime|gateway|query|indexer|provider|vector-node|cache-node)/' },
    'Processes are started by path.',
  ),
];

export const cruiseOptions: ICruiseOptions = {
  doNotFollow: { path: 'node_modules' },
  includeOnly: '^(scenarios|harness|system|reports)/|^node:|^(fs|net|http|https|child_process|worker_threads|os)$',
  tsPreCompilationDeps: true,
  tsConfig: { fileName: 'tsconfig.json' },
  enhancedResolveOptions: { extensions: ['.ts', '.js'], exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
};
