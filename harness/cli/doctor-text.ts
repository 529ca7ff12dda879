import pc from 'picocolors';
import { padded, wrapped } from '../../reports/terminal-table.ts';
import { cells } from '../../reports/text-width.ts';
import { visible } from '../../reports/untrusted-text.ts';
import type { Checked, CheckGroup, CheckStatus, DoctorReport, PlatformReport } from '../doctor/report.ts';

type Colours = ReturnType<typeof pc.createColors>;

const marks: Record<CheckStatus, string> = { ok: '✓', warn: '!', lack: '✕', unknown: '?' };
const groups: Record<CheckGroup, string> = {
  engine: 'Docker engine',
  images: 'images',
  programs: 'programs',
  machine: 'machine',
  time: 'time',
};
const labelWidth = 11;
const gap = 2;

function paintOf(status: CheckStatus, c: Colours): (text: string) => string {
  return { ok: c.green, warn: c.yellow, lack: c.red, unknown: c.magenta }[status];
}

/** Text beside what stands before it, every further line below its first. */
function hanging(head: string, headCells: number, text: string, columns: number, paint: (line: string) => string = String): string[] {
  const room = Math.max(24, columns - headCells);
  return wrapped(visible(text), room).map((line, place) => `${place === 0 ? head : ' '.repeat(headCells)}${paint(line)}`);
}

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

function title({ requested, checks, elapsedMs }: DoctorReport, c: Colours): string {
  return `${c.bold('doctor')}  ${c.dim(`platform ${requested} · ${count(checks.length, 'check')} in ${(elapsedMs / 1000).toFixed(1)} s`)}`;
}

function answer({ verdict, taken, platforms, checks }: DoctorReport, columns: number, c: Colours): string[] {
  const isReady = verdict === 'ready';
  const word = isReady ? 'READY' : 'UNFIT';
  const lacks = platforms.find(({ id }) => id === taken.id)?.lacks ?? [];
  const titles = checks.filter(({ id }) => lacks.includes(id)).map((check) => check.title);
  const headline = isReady
    ? `Every scenario can run now, on the ${taken.id} platform.`
    : `No run could start on the ${taken.id} platform${titles.length === 0 ? '' : `: ${titles.join(', ')}`}.`;
  const stamp = isReady ? c.bold(c.green(word)) : c.bold(c.red(word));
  const indent = cells(word) + gap;
  return [
    ...hanging(`${stamp}${' '.repeat(gap)}`, indent, headline, columns, c.bold),
    ...hanging(' '.repeat(indent), indent, taken.why, columns, c.dim),
  ];
}

function platform(
  { id, ready, lacks, scenarios }: PlatformReport,
  titleOf: (check: string) => string,
  columns: number,
  c: Colours,
): string[] {
  const status: CheckStatus = ready ? 'ok' : 'lack';
  const indent = 1 + gap + labelWidth;
  const head = `${paintOf(status, c)(marks[status])}${' '.repeat(gap)}${padded(id, labelWidth)}`;
  const empty = ' '.repeat(indent);
  const lines: string[] = [];
  const add = (text: string, paint: (line: string) => string = String) =>
    lines.push(...hanging(lines.length === 0 ? head : empty, indent, text, columns, paint));
  if (lacks.length > 0) {
    add(`lacks ${lacks.map(titleOf).join(', ')}`, c.red);
  }
  for (const { id: scenario, variants, leftOut } of scenarios) {
    add(`${scenario}: ${variants.length === 0 ? 'no variant' : variants.join(', ')}`);
    // Variants that are left out for one reason are told together.
    for (const why of new Set(leftOut.map((each) => each.why))) {
      const names = leftOut.filter((each) => each.why === why).map(({ variant }) => variant);
      add(`left out: ${names.join(', ')}, because ${why}`, c.dim);
    }
  }
  return lines;
}

function check({ status, title: name, observed, why }: Checked, nameWidth: number, columns: number, c: Colours): string[] {
  const indent = 1 + gap + nameWidth + gap;
  const paint = paintOf(status, c);
  const head = `${paint(marks[status])}${' '.repeat(gap)}${padded(name, nameWidth + gap)}`;
  const isPlain = status === 'ok' || status === 'unknown';
  return [
    ...hanging(head, indent, observed, columns, isPlain ? (status === 'ok' ? String : c.dim) : paint),
    ...(isPlain ? [] : hanging(' '.repeat(indent), indent, why, columns, c.dim)),
  ];
}

/** What several checks of a group do not know for one reason, such as the lack of an engine, is told in one line. */
function withoutRepetition(members: readonly Checked[]): Checked[] {
  return members.flatMap((member) => {
    const alike = members.filter(({ status, observed }) => status === 'unknown' && observed === member.observed);
    if (alike.length < 2) {
      return [member];
    }
    const names = alike.map((each) => each.title).join(', ');
    return alike[0] === member ? [{ ...member, title: `${alike.length} checks`, observed: `${member.observed} about ${names}` }] : [];
  });
}

/** Each command once, with all that it mends; a command is never broken, so that it can be copied. */
function remedies({ checks }: DoctorReport, columns: number, c: Colours): string[] {
  const commands = new Map<string, string[]>();
  // What blocks a platform comes first.
  const urgent = [...checks.filter(({ status }) => status === 'lack'), ...checks.filter(({ status }) => status !== 'lack')];
  for (const { fix, title: name } of urgent) {
    if (fix !== undefined) {
      commands.set(fix, [...(commands.get(fix) ?? []), name]);
    }
  }
  if (commands.size === 0) {
    return [];
  }
  const lines = [...commands].flatMap(([command, names]) => [
    `  ${c.cyan(visible(command))}`,
    ...hanging('    ', 4, `for ${names.join(', ')}`, columns, c.dim),
  ]);
  return ['', c.dim('what mends it'), ...lines];
}

/** What a terminal shows of a report: the answer, the platforms, every check, and the commands that mend what is wrong. */
export function renderDoctor(report: DoctorReport, { color, columns }: { readonly color: boolean; readonly columns: number }): string {
  const c = pc.createColors(color);
  const titleOf = (id: string) => report.checks.find((each) => each.id === id)?.title ?? id;
  const nameWidth = Math.max(...report.checks.map((each) => cells(each.title)));
  const sections = Object.entries(groups).flatMap(([group, name]) => {
    const members = report.checks.filter((each) => each.group === group);
    return members.length === 0
      ? []
      : ['', c.dim(name), ...withoutRepetition(members).flatMap((each) => check(each, nameWidth, columns, c))];
  });
  const taken = report.taken.id;
  const exit = report.verdict === 'ready' ? `a run on the ${taken} platform can start` : `a run on the ${taken} platform could not start`;
  const lines = [
    title(report, c),
    '',
    ...answer(report, columns, c),
    '',
    c.dim('what could run'),
    ...report.platforms.flatMap((each) => platform(each, titleOf, columns, c)),
    ...sections,
    ...remedies(report, columns, c),
    '',
    `${c.dim(padded(`exit ${report.exitCode}`, labelWidth))}${c.dim(exit)}`,
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
