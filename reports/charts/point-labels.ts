import { textWidth } from '../text-width.ts';

export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface PlacedLabel extends LabelledPoint {
  /** Left end and middle of the text. */
  readonly textX: number;
  readonly textY: number;
  /** Far enough from its point to need a line to it. */
  readonly isLed: boolean;
}

export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const halfHeight = 7;
const clear = 7;
const ledBeyond = 14;

function overlap(a: Area, b: Area): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function areaAt(x: number, y: number, width: number): Area {
  return { left: x, right: x + width, top: y - halfHeight, bottom: y + halfHeight };
}

/**
 * A place for every label beside its point where neither another label nor a point nor an obstacle stands, as near as there is room inside
 * `room`; the lowest free line at the right end of the room where there is none. Points are served in their order.
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  room: { readonly width: number; readonly height: number },
  obstacles: readonly Area[] = [],
): PlacedLabel[] {
  const taken: Area[] = [...obstacles, ...points.map(({ x, y }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }))];
  return points.map((point) => {
    const width = textWidth(point.text, 11);
    const candidates = [0, 14, 28, 42, 56, 70, 98, 126, 154].flatMap((rise) =>
      [-rise, rise].flatMap((dy) => [
        { x: point.x + clear + 2, y: point.y + dy },
        { x: point.x - clear - 2 - width, y: point.y + dy },
        ...(rise > 0 ? [{ x: point.x - width / 2, y: point.y + dy }] : []),
      ]),
    );
    const free = candidates.find(({ x, y }) => {
      const area = areaAt(x, y, width);
      return (
        area.left >= 0 &&
        area.right <= room.width &&
        area.top >= 0 &&
        area.bottom <= room.height &&
        !taken.some((other) => overlap(area, other))
      );
    });
    const at = free ?? { x: room.width - width, y: halfHeight };
    taken.push(areaAt(at.x, at.y, width));
    return { ...point, textX: at.x, textY: at.y, isLed: Math.abs(at.y - point.y) > ledBeyond };
  });
}
