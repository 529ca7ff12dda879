import { Failure } from '../../contract/failure.ts';
import { malformed, outOfOrder, type TraceFormat } from '../format.ts';

/** u32 time in seconds, u64 key, u32 size in bytes, i64 index of the next request of the key (−1: none); little-endian. */
const recordBytes = 24;
const offsets = { time: 0, keyLow: 4, keyHigh: 8, size: 12 } as const;

/**
 * The binary format of libCacheSim (Juncheng Yang et al., github.com/1a1a11a/libCacheSim, `oracleGeneral`). The index of
 * the next request is passed over: the bound finds it from the sequence itself, which also holds for a sample of the keys.
 */
export const oracleGeneralFormat: TraceFormat = {
  title: 'libCacheSim oracleGeneral',
  hasKeys: true,
  open({ file }, sink) {
    sink.begin({ time: true, size: true, tokens: false, seconds: false });
    let rest: Buffer = Buffer.alloc(0);
    let offset = 0;
    let before = 0;
    return {
      push(chunk) {
        const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
        const whole = buffer.length - (buffer.length % recordBytes);
        for (let at = 0; at < whole; at += recordBytes) {
          const time = view.getUint32(at + offsets.time, true);
          if (time < before) {
            throw outOfOrder(file, `offset ${offset + at}`, time, before);
          }
          before = time;
          const size = view.getUint32(at + offsets.size, true);
          if (size === 0) {
            throw malformed(file, `offset ${offset + at}`, 'the size is 0 bytes', 'is this an oracleGeneral file?');
          }
          sink.addBits(view.getUint32(at + offsets.keyLow, true), view.getUint32(at + offsets.keyHigh, true), time, size, 0, 0);
        }
        offset += whole;
        rest = buffer.subarray(whole);
      },
      end() {
        if (rest.length > 0) {
          throw new Failure(
            'configuration',
            'truncated_record',
            `${file}, offset ${offset}: ${rest.length} bytes where a record has ${recordBytes}`,
            { hint: 'the file was cut off, or it is no oracleGeneral file' },
          );
        }
      },
    };
  },
};
