/** The tokens of every coloured output, light and dark; their names are the CSS variables of the report. */
export const light = {
  surface: '#fcfcfb',
  raised: '#f4f5f4',
  band: '#eceeef',
  ink: '#1a1e22',
  ink2: '#454d55',
  ink3: '#626b74',
  rule: '#d9dddf',
  hair: '#e9ebec',
  hatch: '#c9ced2',
  s1: '#0072b2',
  s2: '#d55e00',
  s3: '#009e73',
  s4: '#b25a8c',
  s1t: '#00609a',
  s2t: '#ad4b00',
  s3t: '#00704f',
  s4t: '#93406f',
  pass: '#00704f',
  fail: '#b23c00',
  unk: '#5c5470',
  failtint: '#fbeee6',
  fault: '#f6e9d9',
  faultt: '#7d5600',
  g1: '#dfe2e4',
  g2: '#c3c8cc',
  g3: '#a7aeb4',
  g4: '#d1d5d8',
  g5: '#b5bbc0',
  'stage-search': '#0072b2',
  'stage-search-ink': '#ffffff',
  'stage-wait': '#8fc0de',
  'stage-wait-ink': '#1a1e22',
} as const;

export type Token = keyof typeof light;

export const dark: Readonly<Record<Token, string>> = {
  surface: '#121518',
  raised: '#1b2024',
  band: '#20262b',
  ink: '#e9ebed',
  ink2: '#bcc3c9',
  ink3: '#939ca5',
  rule: '#343b42',
  hair: '#252b30',
  hatch: '#40484f',
  s1: '#56b4e9',
  s2: '#f08a45',
  s3: '#2fc39a',
  s4: '#d991b8',
  s1t: '#74c2ee',
  s2t: '#f59b5f',
  s3t: '#4bd0aa',
  s4t: '#e2a5c6',
  pass: '#3ccba4',
  fail: '#f5834a',
  unk: '#b9add6',
  failtint: '#2c1d14',
  fault: '#2b241a',
  faultt: '#e6b13c',
  g1: '#3a4249',
  g2: '#4c555d',
  g3: '#5f6972',
  g4: '#434b53',
  g5: '#565f68',
  'stage-search': '#2b8fd0',
  'stage-search-ink': '#0b0e10',
  'stage-wait': '#1f5578',
  'stage-wait-ink': '#e9ebed',
};

/** Declarations of all tokens of one theme. */
export function declarations(theme: Readonly<Record<Token, string>>): string {
  return Object.entries(theme)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}
