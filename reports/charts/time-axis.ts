const units = [
  { name: 's', seconds: 1, steps: [1, 2, 5, 10, 15, 20, 30] },
  { name: 'min', seconds: 60, steps: [1, 2, 5, 10, 15, 20, 30] },
  { name: 'h', seconds: 3600, steps: [1, 2, 3, 4, 6, 12] },
  { name: 'd', seconds: 86_400, steps: [1, 2, 5, 7, 14] },
] as const;

export interface TimeTick {
  readonly atSeconds: number;
  readonly text: string;
}

/** Round ticks from 0, at most `most` steps long, in the largest unit that still divides the span; the last tick names the unit. */
export function timeTicks(seconds: number, most: number): TimeTick[] {
  const choices = units.flatMap((unit) => unit.steps.map((step) => ({ unit, step })));
  const { unit, step } = choices.find((choice) => seconds / (choice.unit.seconds * choice.step) <= most) ?? {
    unit: units[3],
    step: Math.ceil(seconds / units[3].seconds / most),
  };
  const count = Math.floor(seconds / (unit.seconds * step) + 1e-9);
  return Array.from({ length: count + 1 }, (_, place) => ({
    atSeconds: place * step * unit.seconds,
    text: place === count ? `${place * step} ${unit.name}` : String(place * step),
  }));
}
