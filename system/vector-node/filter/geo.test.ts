import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distanceMeters, geoPointOf, isInArea, readGeoArea } from './geo.ts';

const berlin = { lon: 13.405, lat: 52.52 };
const london = { lon: -0.1276, lat: 51.5072 };

test('the distance between two cities, and a quarter of the earth', () => {
  expect(distanceMeters(berlin, london) / 1000).toBeCloseTo(931.6, 0);
  expect(distanceMeters({ lon: 0, lat: 0 }, { lon: 90, lat: 0 })).toBeCloseTo((Math.PI / 2) * 6_371_008.8, 3);
});

const places = fc.record({ lon: fc.double({ min: -179, max: 179, noNaN: true }), lat: fc.double({ min: -89, max: 89, noNaN: true }) });

test('a box and the polygon of its corners have the same points inside', () => {
  fc.assert(
    fc.property(places, places, places, (one, other, point) => {
      const [west, east] = [Math.min(one.lon, other.lon), Math.max(one.lon, other.lon)];
      const [south, north] = [Math.min(one.lat, other.lat), Math.max(one.lat, other.lat)];
      fc.pre(![west, east].includes(point.lon) && ![south, north].includes(point.lat));
      const box = readGeoArea('geo_bounding_box', { top_left: { lon: west, lat: north }, bottom_right: { lon: east, lat: south } });
      const corners = [
        [west, north],
        [east, north],
        [east, south],
        [west, south],
        [west, north],
      ] as const;
      const polygon = readGeoArea('geo_polygon', { exterior: { points: corners.map(([lon, lat]) => ({ lon, lat })) } });
      expect(isInArea(point, polygon)).toBe(isInArea(point, box));
    }),
  );
});

test('a box across the 180th meridian, and a hole of a polygon', () => {
  const box = readGeoArea('geo_bounding_box', { top_left: { lon: 170, lat: 10 }, bottom_right: { lon: -170, lat: -10 } });
  expect([175, -175, 0].map((lon) => isInArea({ lon, lat: 0 }, box))).toEqual([true, true, false]);
  const square = (half: number) => ({
    points: [
      [-half, -half],
      [half, -half],
      [half, half],
      [-half, half],
      [-half, -half],
    ].map(([lon, lat]) => ({ lon, lat })),
  });
  const ring = readGeoArea('geo_polygon', { exterior: square(10), interiors: [square(5)] });
  expect([0, 7, 12].map((lon) => isInArea({ lon, lat: 0.5 }, ring))).toEqual([false, true, false]);
});

describe('what is no place or area', () => {
  test.each([[null], [{ lon: 200, lat: 0 }], [{ lon: 0 }], [{ lon: '0', lat: 0 }], [[0, 0]]])('%j', (value) => {
    expect(geoPointOf(value)).toBeUndefined();
  });

  test('is refused', () => {
    expect(() => readGeoArea('geo_radius', { center: berlin })).toThrow('missing field `radius`');
    expect(() => readGeoArea('geo_radius', { radius: 1 })).toThrow('GeoPoint');
    expect(() => readGeoArea('geo_polygon', { exterior: { points: [berlin, london, berlin] } })).toThrow('polygon invalid');
  });
});
