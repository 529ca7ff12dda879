/** Colour, dash and mark of one variant: the same on every chart, so that any one of the three is enough to read it. */
export interface Series {
  readonly colour: string;
  readonly wordColour: string;
  /** Class of words in the variant's colour. */
  readonly wordClass: string;
  readonly dash: readonly number[];
  readonly shape: 'circle' | 'square' | 'triangle-up' | 'diamond';
}

const looks = [
  { dash: [], shape: 'circle' },
  { dash: [7, 3], shape: 'square' },
  { dash: [9, 3, 2, 3], shape: 'triangle-up' },
  { dash: [2, 3], shape: 'diamond' },
] as const satisfies readonly Pick<Series, 'dash' | 'shape'>[];

/** The look of the variant at this place; a fifth and later ones are grey, because no fifth hue can be told apart. */
export function seriesAt(index: number): Series {
  const look = looks[index % looks.length] ?? looks[0];
  if (index >= looks.length) {
    return { ...look, colour: 'var(--ink3)', wordColour: 'var(--ink2)', wordClass: 's5t' };
  }
  return { ...look, colour: `var(--s${index + 1})`, wordColour: `var(--s${index + 1}t)`, wordClass: `s${index + 1}t` };
}
