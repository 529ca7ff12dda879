import { FormatError } from '../errors.ts';
import { numberOf } from '../json/integral-float.ts';
import { isObject } from '../points/payload-path.ts';

/** Degrees. */
export interface GeoPoint {
  readonly lon: number;
  readonly lat: number;
}

type Ring = readonly GeoPoint[];

export type GeoArea =
  | { readonly kind: 'radius'; readonly center: GeoPoint; readonly radiusMeters: number }
  | { readonly kind: 'box'; readonly topLeft: GeoPoint; readonly bottomRight: GeoPoint }
  | { readonly kind: 'polygon'; readonly exterior: Ring; readonly interiors: readonly Ring[] };

/** Mean radius of the earth as the International Union of Geodesy and Geophysics gives it. */
const earthRadiusMeters = 6_371_008.8;
const leastRingPoints = 4;

/** A place of a payload or a request; undefined for anything else. */
export function geoPointOf(value: unknown): GeoPoint | undefined {
  const lon = isObject(value) ? numberOf(value.lon) : undefined;
  const lat = isObject(value) ? numberOf(value.lat) : undefined;
  if (lon === undefined || lat === undefined) {
    return undefined;
  }
  const point = { lon: Number(lon), lat: Number(lat) };
  return Math.abs(point.lon) <= 180 && Math.abs(point.lat) <= 90 ? point : undefined;
}

function requiredPoint(value: unknown): GeoPoint {
  const point = geoPointOf(value);
  if (point === undefined) {
    throw new FormatError('Wrong format of GeoPoint payload: expected `lat` within [-90;90] and `lon` within [-180;180]');
  }
  return point;
}

function requiredRing(value: unknown): Ring {
  const points = isObject(value) && Array.isArray(value.points) ? value.points.map(requiredPoint) : [];
  const [first] = points;
  const last = points.at(-1);
  if (points.length < leastRingPoints || first?.lon !== last?.lon || first?.lat !== last?.lat) {
    throw new FormatError('polygon invalid, must have at least 4 points, the first and the last point should be the same');
  }
  return points;
}

/** Reads the condition of one of the three kinds. */
export function readGeoArea(kind: 'geo_radius' | 'geo_bounding_box' | 'geo_polygon', value: unknown): GeoArea {
  const given = isObject(value) ? value : {};
  if (kind === 'geo_radius') {
    const radius = numberOf(given.radius);
    if (radius === undefined) {
      throw new FormatError('missing field `radius`');
    }
    return { kind: 'radius', center: requiredPoint(given.center), radiusMeters: Number(radius) };
  }
  if (kind === 'geo_bounding_box') {
    return { kind: 'box', topLeft: requiredPoint(given.top_left), bottomRight: requiredPoint(given.bottom_right) };
  }
  const interiors = Array.isArray(given.interiors) ? given.interiors.map(requiredRing) : [];
  return { kind: 'polygon', exterior: requiredRing(given.exterior), interiors };
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Great-circle distance by the haversine formula. */
export function distanceMeters(from: GeoPoint, to: GeoPoint): number {
  const across = Math.sin(radians(to.lat - from.lat) / 2) ** 2;
  const along = Math.sin(radians(to.lon - from.lon) / 2) ** 2;
  const chord = across + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * along;
  return 2 * earthRadiusMeters * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** Counts the sides that a ray to the east crosses. */
function isInRing({ lon, lat }: GeoPoint, ring: Ring): boolean {
  let isInside = false;
  for (let index = 1; index < ring.length; index += 1) {
    const from = ring[index - 1] as GeoPoint;
    const to = ring[index] as GeoPoint;
    if (from.lat > lat !== to.lat > lat && lon < ((to.lon - from.lon) * (lat - from.lat)) / (to.lat - from.lat) + from.lon) {
      isInside = !isInside;
    }
  }
  return isInside;
}

export function isInArea(point: GeoPoint, area: GeoArea): boolean {
  switch (area.kind) {
    case 'radius':
      return distanceMeters(area.center, point) <= area.radiusMeters;
    case 'box': {
      const { topLeft, bottomRight } = area;
      // A box whose left side lies east of its right one goes across the 180th meridian.
      const isBetween =
        topLeft.lon > bottomRight.lon
          ? point.lon > topLeft.lon || point.lon < bottomRight.lon
          : point.lon > topLeft.lon && point.lon < bottomRight.lon;
      return isBetween && point.lat < topLeft.lat && point.lat > bottomRight.lat;
    }
    case 'polygon':
      return isInRing(point, area.exterior) && !area.interiors.some((ring) => isInRing(point, ring));
  }
}
