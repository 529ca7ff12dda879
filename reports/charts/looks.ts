/** Colour, dash and mark of one variant: the same on every chart, so that any one of the three is enough to read it. */
export interface Series {
  readonly colour: string;
  readonly wordColour: string;
  /** Class of words in the variant's colour. */
  readonly wordClass: string;
  readonly dash: readonly number[];
  /** Set where the variant is not drawn and shares its look with others. */
  readonly minor?: true;
  readonly shape: 'circle' | 'square' | 'triangle-up' | 'diamond' | 'triangle-down' | 'cross';
}

const looks = [
  { dash: [], shape: 'circle' },
  { dash: [7, 3], shape: 'square' },
  { dash: [9, 3, 2, 3], shape: 'triangle-up' },
  { dash: [2, 3], shape: 'diamond' },
  { dash: [12, 2], shape: 'triangle-down' },
  { dash: [5, 2, 2, 2, 2, 2], shape: 'cross' },
] as const satisfies readonly Pick<Series, 'dash' | 'shape'>[];

/** Variants with a hue of their own: a fifth hue cannot be told apart from the four and from the colours of verdicts. */
export const hues = 4;

/** The look at this place; a fifth and later ones are grey and differ by dash and mark alone. */
export function seriesAt(index: number): Series {
  const look = looks[index % looks.length] ?? looks[0];
  if (index >= hues) {
    return { ...look, colour: 'var(--ink2)', wordColour: 'var(--ink2)', wordClass: 's5t' };
  }
  return { ...look, colour: `var(--s${index + 1})`, wordColour: `var(--s${index + 1}t)`, wordClass: `s${index + 1}t` };
}
